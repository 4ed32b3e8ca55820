/** A guest's worker that tells its memory. */
import { answerInWorker } from './memory.mjs';
import '../../src/cloud/guest/sandbox/worker.ts';

answerInWorker();
