"""What moto's CloudFormation (5.2.5) cannot make, made from the template's own properties.

It makes no secret, no SES configuration set or event destination, no address of a function, no schedule, no
subscription, no policy of a topic, queue or bucket, no alarm, and no settings of asynchronous invocations. Of what it
makes it leaves out a role's managed policies, all of a bucket but its encryption, and a table's time to live. Its event
source mappings would run the functions themselves, in Docker, so they are switched off; support/poller.py plays them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from support.aws import REGION, admin

Properties = dict[str, Any]
AWS_MANAGED = "arn:aws:iam::aws:policy/"


def secret(name: str, properties: Properties) -> str:
    """Make a secret; its ARN is what `Ref` gives."""
    client = admin("secretsmanager")
    rule = properties["GenerateSecretString"]
    options = {key: rule[key] for key in ("PasswordLength", "ExcludePunctuation") if key in rule}
    password = client.get_random_password(**options)["RandomPassword"]
    content = json.loads(rule["SecretStringTemplate"]) | {rule["GenerateStringKey"]: password}
    return client.create_secret(Name=name, SecretString=json.dumps(content))["ARN"]


def configuration_set(name: str, properties: Properties) -> str:
    admin("sesv2").create_configuration_set(ConfigurationSetName=name, **properties)
    return name


def function_address(name: str, properties: Properties) -> str:
    """An address such as Lambda gives a function. moto could give one only after the functions that name it."""
    assert properties["AuthType"] == "NONE"
    return f"https://{hashlib.sha256(name.encode()).hexdigest()[:32]}.lambda-url.{REGION}.on.aws/"


# What other resources refer to is made before the stack: by the type, a maker that returns the physical id.
FIRST: Mapping[str, Callable[[str, Properties], str]] = {
    "AWS::SecretsManager::Secret": secret,
    "AWS::SES::ConfigurationSet": configuration_set,
    "AWS::Lambda::Url": function_address,
}


def event_destination(name: str, properties: Properties) -> None:
    destination = {"Name": name, **properties["EventDestination"]}
    destination["SNSDestination"] = destination.pop("SnsDestination")  # CloudFormation writes it in its own way
    admin("ses").create_configuration_set_event_destination(
        ConfigurationSetName=properties["ConfigurationSetName"], EventDestination=destination
    )


def topic_policy(_name: str, properties: Properties) -> None:
    for topic in properties["Topics"]:
        admin("sns").set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(properties["PolicyDocument"])
        )


def subscription(_name: str, properties: Properties) -> None:
    attributes = {"RedrivePolicy": json.dumps(properties["RedrivePolicy"])} if "RedrivePolicy" in properties else {}
    plain = {key: properties[key] for key in ("TopicArn", "Protocol", "Endpoint")}
    admin("sns").subscribe(**plain, Attributes=attributes)


def queue_policy(_name: str, properties: Properties) -> None:
    for queue in properties["Queues"]:
        policy = json.dumps(properties["PolicyDocument"])
        admin("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})


def bucket_policy(_name: str, properties: Properties) -> None:
    """Left out: moto knows no aws:SecureTransport, and would refuse everything."""
    assert properties["Bucket"]


def schedule(name: str, properties: Properties) -> None:
    admin("scheduler").create_schedule(Name=name, **properties)


def invoke_config(_name: str, properties: Properties) -> None:
    admin("lambda").put_function_event_invoke_config(**properties)


def alarm(_name: str, properties: Properties) -> None:
    admin("cloudwatch").put_metric_alarm(**properties)


# What refers to others is made after the stack, from the properties as the stack resolved them.
LAST: Mapping[str, Callable[[str, Properties], None]] = {
    "AWS::SES::ConfigurationSetEventDestination": event_destination,
    "AWS::SNS::TopicPolicy": topic_policy,
    "AWS::SNS::Subscription": subscription,
    "AWS::SQS::QueuePolicy": queue_policy,
    "AWS::S3::BucketPolicy": bucket_policy,
    "AWS::Scheduler::Schedule": schedule,
    "AWS::Lambda::EventInvokeConfig": invoke_config,
    "AWS::CloudWatch::Alarm": alarm,
}


def finish_role(physical_id: str, properties: Properties) -> None:
    """moto keeps inline policies as Python writes them, so they are put again; AWS's own it does not know."""
    client = admin("iam")
    for policy in properties.get("Policies", []):
        document = json.dumps({"Version": "2012-10-17", **policy["PolicyDocument"]})  # which IAM does not ask for
        client.put_role_policy(RoleName=physical_id, PolicyName=policy["PolicyName"], PolicyDocument=document)
    for policy in properties.get("ManagedPolicyArns", []):
        if not policy.startswith(AWS_MANAGED):
            client.attach_role_policy(RoleName=physical_id, PolicyArn=policy)


def finish_bucket(physical_id: str, properties: Properties) -> None:
    client = admin("s3")
    client.put_bucket_versioning(Bucket=physical_id, VersioningConfiguration=properties["VersioningConfiguration"])
    client.put_bucket_ownership_controls(Bucket=physical_id, OwnershipControls=properties["OwnershipControls"])
    client.put_public_access_block(
        Bucket=physical_id, PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"]
    )
    rules = [_lifecycle(rule) for rule in properties["LifecycleConfiguration"]["Rules"]]
    client.put_bucket_lifecycle_configuration(Bucket=physical_id, LifecycleConfiguration={"Rules": rules})


def _lifecycle(rule: Properties) -> Properties:
    """A rule as S3 takes it: CloudFormation writes what expires flat."""
    rule = dict(rule)
    flat = {"ExpirationInDays": "Days", "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker"}
    expiration = {theirs: rule.pop(ours) for ours, theirs in flat.items() if ours in rule}
    return {"ID": rule.pop("Id"), "Prefix": "", **rule} | ({"Expiration": expiration} if expiration else {})


def finish_table(physical_id: str, properties: Properties) -> None:
    client = admin("dynamodb")
    client.update_time_to_live(TableName=physical_id, TimeToLiveSpecification=properties["TimeToLiveSpecification"])
    client.update_continuous_backups(
        TableName=physical_id, PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"]
    )


def switch_off(physical_id: str, _properties: Properties) -> None:
    admin("lambda").update_event_source_mapping(UUID=physical_id, Enabled=False)


# What moto makes in part: by the type, what completes the resource with that physical id.
REST: Mapping[str, Callable[[str, Properties], None]] = {
    "AWS::IAM::Role": finish_role,
    "AWS::S3::Bucket": finish_bucket,
    "AWS::DynamoDB::Table": finish_table,
    "AWS::Lambda::EventSourceMapping": switch_off,
}
