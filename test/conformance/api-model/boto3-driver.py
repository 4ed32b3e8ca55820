"""Goes through the scenario with boto3, a client that knows nothing of us. stdin: {endpoint, keys, variables, steps}; stdout: [[problem, ...], ...], one list a step."""
import base64
import json
import re
import sys
import time

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

work = json.load(sys.stdin)
variables = work["variables"]
config = Config(retries={"max_attempts": 1}, parameter_validation=True)
clients = {}
# Services whose name here is that of their signatures.
NAMES = {"servicequotas": "service-quotas"}


def client(service):
    if service not in clients:
        clients[service] = boto3.client(
            NAMES.get(service, service), endpoint_url=work["endpoint"], region_name="us-east-1" if service == "pricing" else variables["region"], config=config,
            aws_access_key_id=work["keys"]["accessKeyId"], aws_secret_access_key=work["keys"]["secretAccessKey"])
    return clients[service]


def filled(value):
    if isinstance(value, str):
        return re.sub(r"<(\w+)>", lambda match: variables.get(match[1], match[0]), value)
    if isinstance(value, list):
        return [filled(item) for item in value]
    if isinstance(value, dict):
        return {name: filled(item) for name, item in value.items()}
    return value


def blobs_decoded(value, shape):
    """boto3 takes bytes where the wire of the json services has base64."""
    if shape.type_name == "blob":
        return base64.b64decode(value)
    if shape.type_name == "structure":
        return {name: blobs_decoded(item, shape.members[name]) if name in shape.members else item for name, item in value.items()}
    if shape.type_name == "list":
        return [blobs_decoded(item, shape.member) for item in value]
    return value


def arguments(step):
    given = filled(step["input"])
    model = client(step["service"]).meta.service_model
    shape = model.operation_model(step["operation"]).input_shape
    return blobs_decoded(given, shape) if model.metadata["protocol"] == "json" and shape is not None else given


def at(output, path):
    for name in path.split("."):
        if isinstance(output, list):
            output = output[int(name)] if name.isdigit() and int(name) < len(output) else None
        else:
            output = output.get(name) if isinstance(output, dict) else None
    if output is None:
        return ""
    if isinstance(output, bytes):
        return base64.b64encode(output).decode()
    return str(output).lower() if isinstance(output, bool) else json.dumps(output, default=str) if isinstance(output, (dict, list)) else str(output)


def missed(output, wanted):
    return [f"{path} is {at(output, path)!r}, not {filled(value)!r}" for path, value in (wanted or {}).items() if at(output, path) != filled(value)]


def take(step):
    call = getattr(client(step["service"]), xform_name(step["operation"]))
    end = time.time() + 60
    while True:
        try:
            output = call(**arguments(step))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if not error.response["ResponseMetadata"].get("RequestId"):
                return [f"{code} without a request id"]
            return [] if code == step.get("error") else [str(error)]
        except Exception as error:  # noqa: BLE001 - whatever the client cannot read is what this looks for
            return [f"{type(error).__name__}: {error}"]
        if "error" in step:
            return [f"no error, not {step['error']}"]
        if not output["ResponseMetadata"].get("RequestId"):
            return ["no request id"]
        waits = missed(output, step.get("until"))
        if waits and time.time() < end:
            time.sleep(0.1)
            continue
        for name, path in step.get("save", {}).items():
            variables[name] = at(output, path)
        return waits + missed(output, step.get("expect"))


json.dump([take(step) for step in work["steps"]], sys.stdout)
