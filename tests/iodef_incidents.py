"""Incidents as response teams write them in IODEF v2: one for each kind of story, by name."""

from __future__ import annotations

START = '<IODEF-Document version="2.00" xml:lang="en" xmlns="urn:ietf:params:xml:ns:iodef-2.0"'
SCI = ' xmlns:sci="urn:ietf:params:xml:ns:iodef-sci-1.0" xmlns:enum="urn:ietf:params:xml:ns:iodef-enum-1.0"'
CSIRT = (
    '<Contact type="organization" role="creator"><ContactName>CSIRT for example.com</ContactName>'
    "<Email><EmailTo>contact@csirt.example.com</EmailTo></Email></Contact>"
)
TIME = "<GenerationTime>2026-03-01T09:30:00+01:00</GenerationTime>"


def incident(inside: str, number: int = 1, before: str = "", attributes: str = "", contacts: str = CSIRT) -> str:
    """One incident: what stands before its time, after its contacts, and in its start tag."""
    named = f'<IncidentID name="csirt.example.com">2026-{number}</IncidentID>'
    head, marked, rest = inside.partition("<!--contacts-->")
    inside, head = (rest, head) if marked else (inside, "")
    return f'<Incident purpose="reporting"{attributes}>{named}{before}{TIME}{head}{contacts}{inside}</Incident>'


def document(*incidents: str) -> bytes:
    return f"{START}{SCI}>{''.join(incidents)}</IODEF-Document>".encode()


def system(category: str, inside: str, address: str = "192.0.2.1", kind: str = "ipv4-addr") -> str:
    node = f'<Node><Address category="{kind}">{address}</Address></Node>'
    return f'<System category="{category}">{node}{inside}</System>'


def indicator(inside: str, name: str = "i1", before: str = "") -> str:
    named = f'<IndicatorID name="csirt.example.com" version="1">{name}</IndicatorID>'
    return f"<IndicatorData><Indicator>{named}{before}{inside}</Indicator></IndicatorData>"


PHISHING = document(incident(
    "<Description>Phishing against our customers</Description><!--contacts-->"
    "<EventData><Description>The page asks for card numbers</Description><StartTime>2026-02-28T22:00:00Z</StartTime>"
    '<Flow><System category="source"><Node><DomainData system-status="fraudulent" domain-status="assignedAndActive">'
    "<Name>login.example.net</Name><Nameservers><Server>ns1.example.net</Server>"
    '<Address category="ipv4-addr">192.0.2.53</Address></Nameservers></DomainData>'
    '<Address category="site-uri">http://login.example.net/bank?x=1</Address></Node>'
    '<NodeRole category="phishing-site"/><Service ip-protocol="6"><Port>80</Port></Service></System></Flow>'
    "<Record><RecordData><FileData><File><FileName>invoice.zip</FileName></File></FileData></RecordData></Record>"
    "</EventData>",
    contacts='<Contact type="person" role="irt" restriction="public"><ContactName>Kari Nordmann</ContactName>'
    '<Email><EmailTo>kari@csirt.example.com</EmailTo></Email><Telephone type="mobile">'
    "<TelephoneNumber>+47 900 00 000</TelephoneNumber></Telephone></Contact>"), )

DDOS = document(incident(
    '<Assessment occurrence="actual"><SystemImpact severity="high" completion="succeeded" type="availability-service">'
    '</SystemImpact><TimeImpact metric="downtime" duration="hour" severity="medium">3.5</TimeImpact></Assessment>'
    "<!--contacts-->"
    "<EventData><Flow>"
    + "".join(system("source", '<Counter type="rate" unit="packet" duration="second">90000</Counter>', f"198.51.100.{i}")
              for i in range(1, 6))
    + system("target", '<Service ip-protocol="17"><Port>53</Port></Service><Counter type="count" unit="byte">10</Counter>')
    + "</Flow><Expectation action=\"block-host\" severity=\"high\"><Description>Block them</Description></Expectation>"
    "</EventData>"))

RANSOMWARE = document(incident(
    '<Assessment occurrence="actual"><BusinessImpact type="extortion" severity="high"/>'
    '<MonetaryImpact severity="high" currency="EUR">250000</MonetaryImpact>'
    "<Confidence rating=\"high\"/></Assessment><!--contacts-->"
    "<EventData><Record><RecordData><FileData><File><FileName>locker.exe</FileName><FileSize>4096</FileSize><HashData "
    'scope="file-contents"><Hash><ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
    'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
    "141accec23e7e5157de60853cb1e01bc38042d08f9086040815300b7fe75c184</ds:DigestValue></Hash></HashData></File></FileData>"
    "<WindowsRegistryKeysModified><Key registryaction=\"add-key\"><KeyName>HKLM\\Software\\Run\\x</KeyName>"
    "<Value>1</Value></Key></WindowsRegistryKeysModified></RecordData></Record></EventData>"))

BOTNET = document(incident(indicator(
    '<Observable><BulkObservable type="ipv4-addr"><BulkObservableList>192.0.2.1\n192.0.2.2\n198.51.100.7'
    "</BulkObservableList></BulkObservable></Observable>",
    before="<StartTime>2026-01-01T00:00:00Z</StartTime><EndTime>2026-06-01T00:00:00Z</EndTime>")))

SEVERAL = document(incident("", 1), incident("<EventData><Description>two</Description></EventData>", 2), incident("", 2))

LANGUAGES = document(incident(
    '<Description xml:lang="en" translation-id="d">Lost laptop</Description>'
    '<Description xml:lang="nb" translation-id="d">Mistet bærbar 🦊</Description><!--contacts-->', attributes=' xml:lang="nb"'))

HOLES = document(incident(
    "<Method><Reference><enum:ReferenceName specIndex=\"1\"><enum:ID>CVE-2014-0160</enum:ID></enum:ReferenceName>"
    "<URL>https://nvd.nist.gov/vuln/detail/CVE-2014-0160</URL></Reference><Description>Heartbleed</Description>"
    '<sci:AttackPattern SpecID="http://capec.mitre.org/observables" ContentID="CAPEC-540"/>'
    '<sci:Vulnerability SpecID="http://cve.mitre.org" ContentID="CVE-2014-0160"/>'
    '<sci:Weakness SpecID="http://cwe.mitre.org" ContentID="CWE-126"/></Method><!--contacts-->'))

HISTORY = document(incident(
    '<History><HistoryItem action="block-host"><DateTime>2026-03-02T08:00:00Z</DateTime>'
    '<IncidentID name="other.example.org">77</IncidentID>' + CSIRT +
    "<Description>Blocked it</Description><DefinedCOA>COA-7</DefinedCOA></HistoryItem></History>",
    before='<RelatedActivity restriction="private"><ThreatActor><ThreatActorID>APT-0</ThreatActorID>'
    "<Description>Somebody</Description></ThreatActor></RelatedActivity>", attributes=' restriction="green"'))

ADDRESS = '<Observable><Address category="{}">{}</Address></Observable>'
OPERATORS = document(incident(
    '<EventData observable-id="e1"><Flow>' + system("source", "") + "</Flow></EventData>"
    "<IndicatorData>" + "".join(
        f'<Indicator><IndicatorID name="a" version="1">{name}</IndicatorID>{inside}</Indicator>'
        for name, inside in {
            "no": '<IndicatorExpression operator="not">' + ADDRESS.format("ipv4-addr", "192.0.2.9") + "</IndicatorExpression>",
            "one": '<IndicatorExpression operator="xor">' + 2 * ADDRESS.format("ipv4-addr", "192.0.2.9")
            + "</IndicatorExpression>",
            "nested": '<IndicatorExpression operator="or"><IndicatorExpression operator="and">'
            + ADDRESS.format("ipv6-addr", "2001:db8::1") + ADDRESS.format("e-mail", "a'b\\c@example.com")
            + "</IndicatorExpression>" + ADDRESS.format("mac", "00:00:5e:00:53:01") + "</IndicatorExpression>",
            "other": '<IndicatorExpression><IndicatorReference uid-ref="no"/></IndicatorExpression>',
            "event": '<ObservableReference uid-ref="e1"/>',
        }.items()) + "</IndicatorData>"))

ADDRESSES = document(incident("<EventData><Flow>" + "".join(
    system("intermediate", "", text, kind) for kind, text in (
        ("ipv6-addr", "2001:db8::1"), ("ipv6-net", "2001:db8::/32"), ("ipv4-net", "192.0.2.0/24"), ("asn", "64496"),
        ("asn", "AS64496x"), ("mac", "00-00-5E-00-53-01"), ("e-mail", "a@example.com"), ("e-mail", "nobody"),
        ("site-uri", "no page"), ("ipv4-addr", "999.1.1.1"), ("atm", "47.0005"),
        ("ipv6-addr", "2001:db8::1%eth0"),
    )) + "</Flow></EventData>"))

ODD = document(incident(
    "<Description></Description><Description>\u202e‮ rtl \u0301 💥 \u00a0</Description><!--contacts-->"
    '<Assessment><SystemImpact type="unknown"/></Assessment>'
    '<EventData restriction="ext-value" ext-restriction="club"><DetectTime>1969-12-31T23:59:60Z</DetectTime>'
    '<Flow><System><Node><DomainData system-status="unknown" domain-status="unknown"><Name>_dmarc.*.example.com</Name>'
    "</DomainData></Node></System></Flow><Record><RecordData><FileData><File><FileSize>-4</FileSize></File><File>"
    "<FileSize>99999999999999999999999999</FileSize></File></FileData></RecordData></Record></EventData>"
    '<EventData/><AdditionalData dtype="string" meaning="ticket">T-1</AdditionalData>',
    before='<AlternativeID><IncidentID name="cve">CVE-2014-0160</IncidentID></AlternativeID>'))

ALL = {name.lower(): value for name, value in list(vars().items()) if isinstance(value, bytes)}
