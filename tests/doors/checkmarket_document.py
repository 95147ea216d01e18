"""What CheckMarket's document prints, as it stands there; ``fill`` puts values where it has placeholders."""

REQUEST_JSON = """\
{
  "Name": "sample string 1",
  "ContactGroupId": 1,
  "ContactListId": 1,
  "SurveySettings": {
    "SurveyId": 1,
    "InvitationDelayInDays": 1,
    "InvitationTime": "00:00:00.1234567",
    "ExpirationAfterDays": 1,
    "ExpirationTime": "00:00:00.1234567",
    "ConsiderCooldownPeriod": true,
    "SurveyCooldownAfterInvitation": 1,
    "SurveyCooldownAfterResponse": 1,
    "AccountCooldownAfterInvitation": 1,
    "AccountCooldownAfterResponse": 1
  },
  "ColumnMappings": [
    {
      "SourceColumnNumber": 64,
      "TargetColumnName": "sample string 2"
    },
    {
      "SourceColumnNumber": 64,
      "TargetColumnName": "sample string 2"
    }
  ],
  "EmailMustBeUniqueWithinAccount": true,
  "EmailMustBeUniqueWithinGroup": true,
  "EmailMustBeUniqueWithinFile": true,
  "EmailIsRequired": true,
  "DateFormat": "sample string 2",
  "FirstRow": 1,
  "FieldDelimiter": "sample string 3",
  "RowDelimiter": "sample string 4",
  "SendNotificationMail": true,
  "IsReusable": true,
  "DefaultLanguageCode": "sample string 7",
  "UpdateTypeId": 1
}"""
REQUEST_XML = """\
<BaseImportConfig xmlns:i="http://www.w3.org/2001/XMLSchema-instance" z:Id="i1" xmlns:z="http://schemas.microsoft.com/2003/10/Serialization/">
  <ColumnMappings>
    <ImportColumnMapping>
      <SourceColumnNumber>64</SourceColumnNumber>
      <TargetColumnName>sample string 2</TargetColumnName>
    </ImportColumnMapping>
    <ImportColumnMapping>
      <SourceColumnNumber>64</SourceColumnNumber>
      <TargetColumnName>sample string 2</TargetColumnName>
    </ImportColumnMapping>
  </ColumnMappings>
  <ContactGroupId>1</ContactGroupId>
  <ContactListId>1</ContactListId>
  <DateFormat>sample string 2</DateFormat>
  <DefaultLanguageCode>sample string 7</DefaultLanguageCode>
  <EmailIsRequired>true</EmailIsRequired>
  <EmailMustBeUniqueWithinAccount>true</EmailMustBeUniqueWithinAccount>
  <EmailMustBeUniqueWithinFile>true</EmailMustBeUniqueWithinFile>
  <EmailMustBeUniqueWithinGroup>true</EmailMustBeUniqueWithinGroup>
  <FieldDelimiter>sample string 3</FieldDelimiter>
  <FirstRow>1</FirstRow>
  <IsReusable>true</IsReusable>
  <Name>sample string 1</Name>
  <RowDelimiter>sample string 4</RowDelimiter>
  <SendNotificationMail>true</SendNotificationMail>
  <SurveySettings>
    <AccountCooldownAfterInvitation>1</AccountCooldownAfterInvitation>
    <AccountCooldownAfterResponse>1</AccountCooldownAfterResponse>
    <ConsiderCooldownPeriod>true</ConsiderCooldownPeriod>
    <ExpirationAfterDays>1</ExpirationAfterDays>
    <ExpirationTime>PT0.1234567S</ExpirationTime>
    <InvitationDelayInDays>1</InvitationDelayInDays>
    <InvitationTime>PT0.1234567S</InvitationTime>
    <SurveyCooldownAfterInvitation>1</SurveyCooldownAfterInvitation>
    <SurveyCooldownAfterResponse>1</SurveyCooldownAfterResponse>
    <SurveyId>1</SurveyId>
  </SurveySettings>
  <UpdateTypeId>1</UpdateTypeId>
</BaseImportConfig>"""
ANSWER_JSON = """\
{
  "Meta": {
    "Status": 1,
    "TotalRowCount": 1,
    "Limit": 1,
    "Offset": 1,
    "TotalPageCount": 1,
    "StartRec": 1,
    "StopRec": 1,
    "Timestamp": "2024-04-18T22:14:18.9430217Z",
    "IsFiltered": true
  },
  "Data": {
    "ImportConfigId": 1,
    "Succeeded": true,
    "FailureMessage": "sample string 2"
  }
}"""
ANSWER_XML = """\
<Payload xmlns:i="http://www.w3.org/2001/XMLSchema-instance" z:Id="i1" xmlns:z="http://schemas.microsoft.com/2003/10/Serialization/">
  <Data>
    <FailureMessage>sample string 2</FailureMessage>
    <Succeeded>true</Succeeded>
    <ImportConfigId>1</ImportConfigId>
  </Data>
  <Meta>
    <IsFiltered>true</IsFiltered>
    <Limit>1</Limit>
    <Offset>1</Offset>
    <StartRec>1</StartRec>
    <Status>1</Status>
    <StopRec>1</StopRec>
    <Timestamp>2024-04-18T23:14:18.9430217+01:00</Timestamp>
    <TotalPageCount>1</TotalPageCount>
    <TotalRowCount>1</TotalRowCount>
  </Meta>
</Payload>"""
# A placeholder, and what stands for it: the document's own do not keep to the lengths that it asks for.
VALUES = {
    "Name": ("sample string 1", "Customers of spring"),
    "TargetColumnName": ("sample string 2", "Email"),
    "DateFormat": ("sample string 2", "dd/MM/yyyy"),
    "FieldDelimiter": ("sample string 3", "||"),
    "RowDelimiter": ("sample string 4", "#"),
    "DefaultLanguageCode": ("sample string 7", "nl"),
}


def fill(printed: str) -> str:
    """Return a printed request with values that can be."""
    for name, (placeholder, value) in VALUES.items():
        for around in (f'"{name}": "{{}}"', f"<{name}>{{}}</{name}>"):
            printed = printed.replace(around.format(placeholder), around.format(value))
    return printed
