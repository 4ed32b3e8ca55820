"""Goes through the scenario with boto3, a client that knows nothing of us. stdin: {endpoint, keys, variables, steps}; stdout: [[problem, ...], ...], one list a step."""
import base64
import json
import re
import sys
import time
from xml.etree import ElementTree

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

work = json.load(sys.stdin)
variables = work["variables"]
config = Config(retries={"max_attempts": 1}, parameter_validation=True)
clients = {}


unmodelled = []


def name_of(element):
    return element.tag.split("}")[-1]


def judge_xml(element, shape, path):
    """Elements that the model does not have: botocore passes over them in silence."""
    if shape.type_name == "structure":
        members = {}
        for name, member in shape.members.items():
            flat = member.type_name == "list" and member.serialization.get("flattened")
            members[member.serialization.get("name", (member.member.serialization.get("name", name) if flat else name))] = member.member if flat else member
        for child in element:
            if name_of(child) not in members:
                unmodelled.append(f"{path}: the model has no element {name_of(child)}")
            else:
                judge_xml(child, members[name_of(child)], f"{path}.{name_of(child)}")
    elif shape.type_name == "list":
        item = shape.member.serialization.get("name", "member")
        for child in element:
            if name_of(child) != item:
                unmodelled.append(f"{path}: the list has the element {name_of(child)}, not {item}")
            else:
                judge_xml(child, shape.member, f"{path}.{item}")
    elif len(element):
        unmodelled.append(f"{path}: is a {shape.type_name} and has elements")


def judge_reply(operation_model, response_dict, **_):
    if response_dict["status_code"] >= 300 or not isinstance(response_dict["body"], bytes) or not response_dict["body"].strip():
        return
    shape = operation_model.output_shape
    root = ElementTree.fromstring(response_dict["body"])
    payload = shape.serialization.get("payload")
    if len(root):
        judge_xml(root, shape.members[payload] if payload else shape, operation_model.name)


def client(service):
    if service not in clients:
        clients[service] = boto3.client(
            service, endpoint_url=work["endpoint"], region_name=variables["region"], config=config,
            aws_access_key_id=work["keys"]["accessKeyId"], aws_secret_access_key=work["keys"]["secretAccessKey"])
        if clients[service].meta.service_model.metadata["protocol"] == "rest-xml":
            clients[service].meta.events.register("before-parse." + service, judge_reply)
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
        found = list(unmodelled)
        unmodelled.clear()
        if found:
            return found
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
