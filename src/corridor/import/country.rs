//! Countries by their codes: authorities use three letters, corridors two (ISO 3166-1).

/// The states of the European Civil Aviation Conference and their neighbours, and Kosovo by the codes
/// that are in use for it.
const CODES: [(&str, &str); 55] = [
    ("ALB", "AL"),
    ("AND", "AD"),
    ("ARM", "AM"),
    ("AUT", "AT"),
    ("AZE", "AZ"),
    ("BEL", "BE"),
    ("BGR", "BG"),
    ("BIH", "BA"),
    ("BLR", "BY"),
    ("CHE", "CH"),
    ("CYP", "CY"),
    ("CZE", "CZ"),
    ("DEU", "DE"),
    ("DNK", "DK"),
    ("ESP", "ES"),
    ("EST", "EE"),
    ("FIN", "FI"),
    ("FRA", "FR"),
    ("FRO", "FO"),
    ("GBR", "GB"),
    ("GEO", "GE"),
    ("GIB", "GI"),
    ("GRC", "GR"),
    ("GRL", "GL"),
    ("HRV", "HR"),
    ("HUN", "HU"),
    ("IRL", "IE"),
    ("ISL", "IS"),
    ("ITA", "IT"),
    ("LIE", "LI"),
    ("LTU", "LT"),
    ("LUX", "LU"),
    ("LVA", "LV"),
    ("MCO", "MC"),
    ("MDA", "MD"),
    ("MKD", "MK"),
    ("MLT", "MT"),
    ("MNE", "ME"),
    ("NLD", "NL"),
    ("NOR", "NO"),
    ("POL", "PL"),
    ("PRT", "PT"),
    ("ROU", "RO"),
    ("RUS", "RU"),
    ("SMR", "SM"),
    ("SRB", "RS"),
    ("SVK", "SK"),
    ("SVN", "SI"),
    ("SWE", "SE"),
    ("TUR", "TR"),
    ("UKR", "UA"),
    ("VAT", "VA"),
    ("XKX", "XK"),
    ("RKS", "XK"),
    ("UNK", "XK"),
];

/// Finds the code of two letters; one that has two already stays.
pub(super) fn alpha_2(code: &str) -> Option<&str> {
    if code.len() == 2 {
        return Some(code);
    }
    let found = CODES.iter().find(|(three, _)| *three == code);
    found.map(|(_, two)| *two)
}
