"""What boto3 finds of the secrets that the program stored: their default names cannot be guessed."""

from __future__ import annotations

from typing import Any


def names_of(client: Any, user: str) -> list[str]:
    """Of the secrets of that user's keys."""
    listed = client.list_secrets(Filters=[{"Key": "name", "Values": [f"stanch/{user}/"]}], MaxResults=100)
    return [each["Name"] for each in listed["SecretList"] if each["Name"].startswith(f"stanch/{user}/")]


def name_of(client: Any, user: str) -> str:
    """Where there is one alone."""
    (name,) = names_of(client, user)
    return name


def value_of(client: Any, user: str) -> str:
    """Of the only one."""
    return str(client.get_secret_value(SecretId=name_of(client, user))["SecretString"])
