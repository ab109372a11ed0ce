"""Who may do what, and how personal data is kept."""

from __future__ import annotations

import re
from typing import Any

import pytest

from debrief.delivery.archive.layout import PREFIXES
from debrief.delivery.ledger.dynamodb import _note_key
from debrief.pipeline.session.registration_files import FOLDER
from debrief.portal.webhook import LAST
from support import aws
from support.cloudformation import Stack, of_type, statements_of

Statement = dict[str, Any]
Resources = dict[str, dict[str, Any]]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="session")
def granted(template: dict[str, Any], functions: Resources) -> dict[str, list[Statement]]:
    """The statements of each function."""
    return {name: list(statements_of(template, item)) for name, item in functions.items()}


def actions(given: list[Statement]) -> set[str]:
    """What the statements allow, but for the use of an own key, which all may."""
    allowed = {action for one in given if one["Effect"] == "Allow" for action in as_list(one["Action"])}
    return allowed - {"kms:Decrypt", "kms:GenerateDataKey"}


def test_no_function_may_do_everything(granted: dict[str, list[Statement]]) -> None:
    for given in granted.values():
        assert not [action for action in actions(given) if "*" in action]
        allowed = [statement for statement in given if statement["Effect"] == "Allow"]
        assert not [statement for statement in allowed if "*" in as_list(statement["Resource"])]


def test_no_function_reaches_another_queue_through_the_policy_that_sam_attaches(
    functions: Resources, granted: dict[str, list[Statement]]
) -> None:
    for name, function in functions.items():
        sources = [one["Properties"]["Queue"] for one in function.get("Events", {}).values() if one["Type"] == "SQS"]
        denied = [item for item in granted[name] if item["Effect"] == "Deny"]
        assert [item["NotResource"] for item in denied] == sources
        for item in denied:
            assert set(item["Action"]) == {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}


def test_what_is_open_to_the_world_is_not_traced_and_makes_no_link(
    functions: Resources, granted: dict[str, list[Statement]]
) -> None:
    traced = {name for name, function in functions.items() if function["Tracing"] == "Active"}
    assert functions.keys() - traced == {"PortalFunction", "ReceiveFunction"}
    (writing,) = (item for item in granted["PortalFunction"] if item["Action"] == "dynamodb:PutItem")
    keys = writing["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert keys == ["SESSION#*", "MARK#opened", "MARK#unsubscribed", "MARK#digest"]


def test_the_portal_reads_what_digests_list_for_the_page_of_a_room(granted: dict[str, list[Statement]]) -> None:
    (reading,) = (
        item for item in granted["PortalFunction"] if item["Action"] == ["dynamodb:GetItem", "dynamodb:Query"]
    )
    assert "MARK#listed" in reading["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]


def test_addresses_are_given_to_functions_that_use_them_only(functions: Resources) -> None:
    given = {
        variable: {name for name, item in functions.items() if variable in item["Environment"]["Variables"]}
        for variable in ("DEBRIEF_MAIL_TO", "DEBRIEF_ADMIN_TO", "DEBRIEF_CONTACT", "DEBRIEF_STAFF", "DEBRIEF_MAIL_FROM")
    }
    assert given["DEBRIEF_CONTACT"] == {"DeliverFunction", "PortalFunction"}
    assert given["DEBRIEF_STAFF"] == {"ExportFunction"}
    assert given["DEBRIEF_MAIL_FROM"] == set(functions) - {"ReceiveFunction"}
    assert given["DEBRIEF_MAIL_TO"] == {"ExportFunction"}
    assert given["DEBRIEF_ADMIN_TO"] == {"ReconcileFunction", "DeliverFunction", "PortalFunction"}


def test_each_function_may_do_its_own_work_and_no_other(granted: dict[str, list[Statement]]) -> None:
    own_items = {"dynamodb:GetItem", "dynamodb:PutItem"}
    ledger = own_items | {"dynamodb:BatchGetItem", "dynamodb:Query"}
    reading = {"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"}
    own_secret = {"secretsmanager:GetSecretValue"}
    kaltura = ledger | {"secretsmanager:GetSecretValue"}
    assert actions(granted["ReconcileFunction"]) == kaltura | {"sqs:SendMessage", "s3:GetObject"}  # the rules
    assert actions(granted["ExportFunction"]) == kaltura | reading | {
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:ListBucketVersions",
        "sqs:SendMessage",
        "sqs:ChangeMessageVisibility",
    }
    assert actions(granted["DeliverFunction"]) == ledger | reading | own_secret | {
        "ses:SendEmail",
        "ses:SendRawEmail",
        "sqs:ChangeMessageVisibility",
        "events:PutEvents",
    }
    assert actions(granted["ReceiveFunction"]) == own_secret | own_items | {"sqs:SendMessage"}
    assert actions(granted["PortalFunction"]) == ledger | reading | {"sqs:SendMessage"}
    assert actions(granted["FeedbackFunction"]) == own_items


def test_files_are_written_under_the_prefixes_of_the_contract_only(
    template: dict[str, Any], granted: dict[str, list[Statement]]
) -> None:
    writing = next(item for item in granted["ExportFunction"] if "s3:PutObject" in item["Action"])
    for bucket, parameter in (("made", ""), ("theirs", "theirs")):
        stack = Stack.of(template, {"AWS::Partition": "aws", "Archive": "made", "ExistingArchive": parameter})
        assert set(stack.whole(writing["Resource"])) == {f"arn:aws:s3:::{bucket}/{prefix}/*" for prefix in PREFIXES}


def read_by(granted: dict[str, list[Statement]], resource: str) -> set[str]:
    """Who may read a secret whose ARN holds this text."""
    return {
        name
        for name, given in granted.items()
        for item in given
        if item["Action"] == "secretsmanager:GetSecretValue" and resource in str(item["Resource"])
    }


def test_what_is_open_to_the_world_cannot_read_kalturas_credential(granted: dict[str, list[Statement]]) -> None:
    assert read_by(granted, "KalturaSecretName") == {"ReconcileFunction", "ExportFunction"}
    assert read_by(granted, "OwnSecret") == {"ReceiveFunction", "DeliverFunction"}
    assert read_by(granted, "PeopleSecret") == {"DeliverFunction", "ExportFunction"}


def test_the_webhook_knows_of_the_ledger_only_when_it_last_handed_a_hint_on(
    template: dict[str, Any], granted: dict[str, list[Statement]]
) -> None:
    policies = template["Resources"]["ReceiveFunction"]["Properties"]["Policies"]
    assert {"Ref": "UseLedger"} not in policies
    (statement,) = (item for item in granted["ReceiveFunction"] if "dynamodb:PutItem" in item["Action"])
    keys = statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"]
    assert keys == [_note_key("hint", LAST)["pk"]]


def test_rules_and_lists_of_registrations_are_the_only_further_files_that_may_be_read(
    granted: dict[str, list[Statement]],
) -> None:
    reading = {
        name: [item["Resource"] for item in given if item["Action"] == "s3:GetObject"]
        for name, given in granted.items()
    }
    in_bucket = "arn:${AWS::Partition}:s3:::${Bucket}/"
    lists = [one["Fn::Sub"][0] for one in reading["ExportFunction"]][:1]
    assert lists == [f"{in_bucket}{FOLDER}*"]
    del reading["ExportFunction"][:1]
    for name in ("ReconcileFunction", "ExportFunction", "DeliverFunction", "PortalFunction"):
        assert [one["Fn::Sub"][0] for one in reading.pop(name)] == [f"{in_bucket}${{RulesKey}}"]
    assert not any(reading.values())


def test_the_key_of_the_rules_is_no_pattern(template: dict[str, Any]) -> None:
    allowed = template["Parameters"]["RulesKey"]["AllowedPattern"]
    assert all(re.fullmatch(allowed, key) for key in ("", "rules.yaml", "settings/rules.yaml"))
    assert not any(re.fullmatch(allowed, key) for key in ("*", "settings/*", "rules?.yaml", "${Archive}", "/x", "a//b"))


def test_the_portal_reads_documents_for_people_only(granted: dict[str, list[Statement]]) -> None:
    reading = [item["Resource"] for item in granted["PortalFunction"] if "s3:GetObject" in item["Action"]]
    arn = "arn:${AWS::Partition}:s3:::${Bucket}"
    assert [one["Fn::Sub"][0] for one in reading] == [f"{arn}/reports/*", f"{arn}/${{RulesKey}}"]


def test_who_may_put_messages_where(granted: dict[str, list[Statement]]) -> None:
    sent_to = {
        name: {
            resource["Fn::GetAtt"]
            for item in given
            if item["Action"] == "sqs:SendMessage"
            for resource in as_list(item["Resource"])
        }
        for name, given in granted.items()
    }
    assert sent_to == {
        "ReconcileFunction": {"Exports.Arn", "Deliveries.Arn"},
        "ReceiveFunction": {"Hints.Arn"},
        "ExportFunction": {"Deliveries.Arn"},
        "DeliverFunction": set(),
        "FeedbackFunction": set(),
        "PortalFunction": {"Deliveries.Arn"},
    }


KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
TLS_ONLY = {
    "Sid": "EncryptedConnectionsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def test_only_our_configuration_set_may_publish_to_the_topic_of_feedback(template: dict[str, Any]) -> None:
    policy = template["Resources"]["FeedbackTopicPolicy"]["Properties"]
    assert policy["Topics"] == [{"Ref": "FeedbackTopic"}]
    statement, refusal = policy["PolicyDocument"]["Statement"]
    assert refusal == {**TLS_ONLY, "Action": "sns:Publish", "Resource": {"Ref": "FeedbackTopic"}}
    assert (statement["Principal"], statement["Action"]) == ({"Service": "ses.amazonaws.com"}, "sns:Publish")
    source = statement["Condition"]["StringEquals"]
    assert source["AWS:SourceAccount"] == {"Ref": "AWS::AccountId"}
    partition, region, account = "aws", "eu-west-1", "123456789012"
    place = {"AWS::Partition": partition, "AWS::Region": region, "AWS::AccountId": account}
    for parameter, used in (("", "made"), ("theirs", "theirs")):
        stack = Stack.of(template, {**place, "ConfigurationSet": "made", "SesConfigurationSet": parameter})
        expected = f"arn:aws:ses:eu-west-1:123456789012:configuration-set/{used}"
        assert stack.text(source["AWS:SourceArn"]) == expected


def test_the_topic_of_feedback_has_no_key_that_ses_cannot_use(template: dict[str, Any]) -> None:
    """SES cannot publish to a topic under AWS's own SNS key; to one under a key whose policy allows it, it can."""
    properties = template["Resources"]["FeedbackTopic"]["Properties"]
    key = properties["KmsMasterKeyId"]
    assert Stack.of(template, {"AWS::NoValue": ""}).text(key) == ""
    depends = template["Resources"]["SesEvents"]["DependsOn"]
    assert depends == "FeedbackTopicPolicy"


def test_a_mail_may_carry_the_configuration_set_that_is_used(template: dict[str, Any], granted: Any) -> None:
    (sending,) = (item for item in granted["DeliverFunction"] if "configuration-set/" in str(item.get("Resource")))
    place = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "123456789012"}
    for parameter, used in (("", "made"), ("theirs", "theirs")):
        stack = Stack.of(template, {**place, "ConfigurationSet": "made", "SesConfigurationSet": parameter})
        expected = f"arn:aws:ses:eu-west-1:123456789012:configuration-set/{used}"
        assert stack.text(sending["Resource"]) == expected


def test_the_topic_alone_puts_into_the_queue_of_failed_feedback(template: dict[str, Any]) -> None:
    policy = template["Resources"]["FailedFeedbackPolicy"]["Properties"]
    assert policy["Queues"] == [{"Ref": "FailedFeedback"}]
    statement, refusal = policy["PolicyDocument"]["Statement"]
    assert refusal == {**TLS_ONLY, "Action": "sqs:*", "Resource": {"Fn::GetAtt": "FailedFeedback.Arn"}}
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": "FeedbackTopic"}}}


def test_mails_are_sent_as_the_configured_sender_only(granted: dict[str, list[Statement]]) -> None:
    to_identities = [
        item
        for item in granted["DeliverFunction"]
        if "ses:SendEmail" in item["Action"] and "identity/" in str(item["Resource"])
    ]
    assert [item["Condition"] for item in to_identities] == [{"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}]


def test_the_archive_is_private_encrypted_versioned_and_outlives_the_stack(template: dict[str, Any]) -> None:
    archive = template["Resources"]["Archive"]
    properties = archive["Properties"]
    assert (archive["DeletionPolicy"], archive["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert all(properties["PublicAccessBlockConfiguration"].values())
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}


def test_the_archive_refuses_connections_without_tls(template: dict[str, Any]) -> None:
    policy = template["Resources"]["ArchivePolicy"]["Properties"]
    assert policy["Bucket"] == {"Ref": "Archive"}
    (statement,) = policy["PolicyDocument"]["Statement"]
    everything = [{"Fn::GetAtt": "Archive.Arn"}, {"Fn::Sub": "${Archive.Arn}/*"}]
    assert statement == {**TLS_ONLY, "Action": "s3:*", "Resource": everything}


def test_old_versions_of_files_end_some_day(template: dict[str, Any]) -> None:
    _, (old, *_), always = template["Resources"]["Archive"]["Properties"]["LifecycleConfiguration"]["Rules"]["Fn::If"]
    assert always == [old]
    assert old["NoncurrentVersionExpiration"] == {"NoncurrentDays": {"Ref": "OldVersionRetentionDays"}}


def test_what_expires_is_what_was_archived_and_never_the_rules(template: dict[str, Any]) -> None:
    lifecycle = template["Resources"]["Archive"]["Properties"]["LifecycleConfiguration"]
    condition, (_, *rules), _ = lifecycle["Rules"]["Fn::If"]
    assert condition == "ArchiveExpires"
    prefixes = {f"{prefix}/" for prefix in PREFIXES} | {FOLDER}
    assert {rule["Prefix"] for rule in rules} == prefixes
    assert all(rule["ExpirationInDays"] == {"Ref": "ArchiveRetentionDays"} for rule in rules)


def test_the_ledger_is_the_table_that_the_tests_of_the_ledger_use(template: dict[str, Any]) -> None:
    ledger = template["Resources"]["Ledger"]["Properties"]
    assert {name: ledger[name] for name in aws.TABLE} == aws.TABLE
    assert ledger["TimeToLiveSpecification"] == aws.TIME_TO_LIVE


def test_the_ledger_is_encrypted_can_be_restored_and_outlives_the_stack(template: dict[str, Any]) -> None:
    ledger = template["Resources"]["Ledger"]
    assert (ledger["DeletionPolicy"], ledger["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert all(one["SSEEnabled"] for one in ledger["Properties"]["SSESpecification"]["Fn::If"][1:])
    assert ledger["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert ledger["Properties"]["DeletionProtectionEnabled"] is True


def test_every_queue_is_encrypted(template: dict[str, Any]) -> None:
    found = of_type(template, "AWS::SQS::Queue")
    assert len(found) == 7
    for key in ("", KEY):
        stack = Stack.of(template, {"AWS::NoValue": "", "KmsKeyArn": key})
        for name, queue in found.items():
            has_key = bool(stack.text(queue["KmsMasterKeyId"])) if "KmsMasterKeyId" in queue else False
            assert has_key is (key != "" and name != "FailedTicks")
            assert stack.text(queue["SqsManagedSseEnabled"]) == ("false" if has_key else "true")


def test_every_queue_has_one_policy_which_refuses_connections_without_tls(template: dict[str, Any]) -> None:
    policies = of_type(template, "AWS::SQS::QueuePolicy").values()
    assert all(TLS_ONLY.items() <= policy["PolicyDocument"]["Statement"][-1].items() for policy in policies)
    covered = [queue["Ref"] for policy in policies for queue in policy["Queues"]]
    assert sorted(covered) == sorted(of_type(template, "AWS::SQS::Queue"))


def test_the_functions_may_query_each_index_of_the_ledger(template: dict[str, Any]) -> None:
    indexes = of_type(template, "AWS::DynamoDB::Table")["Ledger"]["GlobalSecondaryIndexes"]
    statement, _ = template["Resources"]["UseLedger"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Resource"] == [
        {"Fn::GetAtt": "Ledger.Arn"},
        *({"Fn::Sub": f"${{Ledger.Arn}}/index/{index['IndexName']}"} for index in indexes),
    ]


def test_every_function_logs_where_logs_end(template: dict[str, Any], functions: Resources) -> None:
    assert {str(item["LoggingConfig"]["LogGroup"]) for item in functions.values()} == {str({"Ref": "Logs"})}
    assert template["Resources"]["Logs"]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_kalturas_secret_is_named_and_no_secret_is_ever_shown(template: dict[str, Any]) -> None:
    assert set(of_type(template, "AWS::SecretsManager::Secret")) == {"OwnSecret", "PeopleSecret"}
    assert "resolve:secretsmanager" not in str(template)
    for secret in of_type(template, "AWS::SecretsManager::Secret").values():
        assert "SecretString" not in secret
