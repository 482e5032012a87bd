//! Puts drafts of several files together as one GeoJSON collection.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value, json};

use super::draft::{Draft, Kind, Reading};
use super::fault::{Fault, LeftOut, Note, Remark, Whereabouts};
use super::format::Format;
use super::naming::{Ids, slug};
use super::report::{FileReport, NewId, Report};
use super::winding::wind;
use super::{ed269, ed318, geojson, gpx, kml, wkt};
use crate::corridor::flaw::Flaw;
use crate::corridor::geojson::{File, read};
use crate::corridor::region::Region;
use crate::units::Utc;

/// What the caller says of everything that does not say it itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// The half-width of lines, metres.
    pub half_width_m: Option<f64>,
    /// The country, as an ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
    /// The class of corridors.
    pub class: Option<String>,
    /// The road reference.
    pub reference: Option<String>,
    /// What every id begins with.
    pub id_prefix: String,
    /// Whether tracks are corridors too.
    pub tracks: bool,
    /// Whether a feature with a fault is left out, instead of refusing everything.
    pub leave_out_flawed: bool,
}

/// Files on their way to one collection.
#[derive(Debug)]
pub struct Conversion {
    given: Given,
    region: Region,
    ids: Ids,
    features: Vec<Converted>,
    report: Report,
    /// What is wrong, each with the number of its file.
    faults: Vec<(usize, Remark<Fault>)>,
}

/// Everything that is wrong, in the order of the files, with the name of its file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refused(pub Vec<(String, Remark<Fault>)>);

impl fmt::Display for Refused {
    /// Writes one fault a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (file, fault)) in self.0.iter().enumerate() {
            if 0 < nth {
                writeln!(f)?;
            }
            write!(f, "{file}: {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

/// The outcome: a GeoJSON feature collection that says where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Collection {
    /// When, by what and of which files it was made; a foreign member (RFC 7946 section 6.1).
    imported: Value,
    /// The corridors and places.
    features: Vec<Value>,
}

impl Collection {
    /// Says whether nothing came of the files.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }
}

impl fmt::Display for Collection {
    /// Writes one feature a line, so that two versions can be compared line by line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let imported = &self.imported;
        write!(
            f,
            "{{\"type\":\"FeatureCollection\",\"imported\":{imported},\"features\":["
        )?;
        for (nth, feature) in self.features.iter().enumerate() {
            let separator = if nth == 0 { "" } else { "," };
            write!(f, "{separator}\n{feature}")?;
        }
        write!(f, "\n]}}")
    }
}

/// A feature of the collection, and where it comes from.
#[derive(Debug)]
struct Converted {
    file: usize,
    feature: Whereabouts,
    what: What,
    /// The id, if it is not the file's own.
    new_id: Option<String>,
    json: Value,
}

/// What a feature comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Line,
    Area,
    Disc,
    Place,
}

impl Conversion {
    /// Begins without files.
    #[must_use]
    pub fn new(given: Given, region: Region) -> Self {
        Self {
            given,
            region,
            ids: Ids::default(),
            features: Vec::new(),
            report: Report::default(),
            faults: Vec::new(),
        }
    }

    /// Adds a file: the name that messages use, and what is in it.
    pub fn add(&mut self, name: &str, format: Format, text: &str) {
        let reading = match format {
            Format::GeoJson => geojson::read(text),
            Format::Ed269 => ed269::read(text),
            Format::Ed318 => ed318::read(text),
            Format::Gpx => gpx::read(text, self.given.tracks),
            Format::Kml => kml::read(text),
            Format::Wkt => wkt::read(text),
        };
        self.take(name, format, reading);
    }

    /// Hands the collection back, and what there is to tell about it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, at once.
    pub fn finish(mut self, date: Utc) -> Result<(Collection, Report), Refused> {
        if self.judged().is_none() {
            return Err(self.refused());
        }
        let files = self.report.files.iter();
        let imported = json!({
            "at": date.to_string(),
            "by": concat!("corridord ", env!("CARGO_PKG_VERSION")),
            "files": files.map(|file| json!({
                "file": base(&file.file),
                "format": file.format,
            })).collect::<Vec<_>>(),
        });
        let features = self.features.into_iter().map(|mut feature| {
            if let Some(geometry) = feature.json.get_mut("geometry") {
                wind(geometry);
            }
            feature.json
        });
        let collection = Collection {
            imported,
            features: features.collect(),
        };
        Ok((collection, self.report))
    }

    /// Hands the corridors themselves back.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, at once.
    pub(super) fn corridors(mut self) -> Result<(File, Report), Refused> {
        match self.judged() {
            Some(file) => Ok((file, self.report)),
            None => Err(self.refused()),
        }
    }

    /// Returns what everything comes to; absent if there is a fault.
    fn judged(&mut self) -> Option<File> {
        let mut judged = self.judge();
        if let Err(flaws) = &judged
            && self.given.leave_out_flawed
        {
            self.leave_out(flaws);
            judged = self.judge();
        }
        self.count();
        match judged {
            Ok(file) => self.faults.is_empty().then_some(file),
            Err(flaws) => {
                for (index, flaw) in flaws {
                    self.refuse(index, flaw);
                }
                None
            }
        }
    }

    fn refused(mut self) -> Refused {
        let feature = |fault: &Remark<Fault>| fault.feature.as_ref().map(|it| it.index);
        self.faults
            .sort_by_key(|(file, fault)| (*file, feature(fault)));
        let files = &self.report.files;
        let named = |(file, fault): (usize, _)| {
            let file = files.get(file).map_or("", |file| file.file.as_str());
            (file.to_owned(), fault)
        };
        Refused(self.faults.into_iter().map(named).collect())
    }

    fn take(&mut self, name: &str, format: Format, reading: Reading) {
        let file = self.report.files.len();
        let mut report = FileReport {
            file: name.to_owned(),
            format: format.name(),
            ..FileReport::default()
        };
        report.left_out = reading.left_out.iter().map(ToString::to_string).collect();
        report.warnings = reading.notes.iter().map(ToString::to_string).collect();
        self.report.files.push(report);
        for fault in reading.faults {
            self.fault(file, fault);
        }
        for draft in reading.drafts {
            self.convert(file, draft);
        }
    }

    /// Keeps a fault, or leaves its feature out.
    fn fault(&mut self, file: usize, fault: Remark<Fault>) {
        let Some(report) = self.report.files.get_mut(file) else {
            return;
        };
        if self.given.leave_out_flawed && fault.feature.is_some() {
            report.left_out.push(fault.to_string());
        } else {
            self.faults.push((file, fault));
        }
    }

    fn convert(&mut self, file: usize, mut draft: Draft) {
        if draft.geometry.close_rings() {
            self.note(file, &draft.feature, Note::RingClosed);
        }
        let Some(what) = what(&mut draft) else {
            let left_out = Remark {
                feature: Some(draft.feature),
                what: LeftOut::NamelessPoint,
            };
            self.report.files[file].left_out.push(left_out.to_string());
            return;
        };
        if what != What::Place {
            self.complete(&mut draft.properties);
        }
        if what == What::Line && !draft.properties.contains_key("half_width_m") {
            let Some(half_width_m) = self.given.half_width_m else {
                let fault = Remark {
                    feature: Some(draft.feature),
                    what: Fault::WidthMissing,
                };
                self.fault(file, fault);
                return;
            };
            draft
                .properties
                .insert("half_width_m".to_owned(), half_width_m.into());
        }
        let new_id = (what != What::Place)
            .then(|| self.name(file, &mut draft))
            .flatten();
        let source = format!("{}: {}", base(&self.report.files[file].file), draft.feature);
        draft
            .properties
            .entry("source")
            .or_insert_with(|| source.into());
        self.features.push(Converted {
            file,
            feature: draft.feature,
            what,
            new_id,
            json: json!({
                "type": "Feature",
                "properties": draft.properties,
                "geometry": draft.geometry.into_json(),
            }),
        });
    }

    /// Adds what the caller says of every corridor.
    fn complete(&self, properties: &mut Map<String, Value>) {
        let given = [
            ("country", &self.given.country),
            ("class", &self.given.class),
            ("ref", &self.given.reference),
        ];
        for (property, value) in given {
            if let Some(value) = value {
                properties
                    .entry(property)
                    .or_insert_with(|| value.as_str().into());
            }
        }
    }

    /// Gives a corridor its id, and returns it if the file has another one or none.
    fn name(&mut self, file: usize, draft: &mut Draft) -> Option<String> {
        let mut wanted = match &draft.id {
            Some(id) => id.clone(),
            None => self.made_up(file, draft),
        };
        if let Some(part) = draft.part {
            wanted = format!("{wanted}-{part}");
        }
        let id = self.ids.take(&format!("{}{wanted}", self.given.id_prefix));
        draft.properties.insert("id".to_owned(), id.as_str().into());
        (draft.id.as_ref() != Some(&id)).then_some(id)
    }

    fn made_up(&self, file: usize, draft: &Draft) -> String {
        let name = draft.properties.get("name").and_then(Value::as_str);
        let by_name = slug(name.unwrap_or_default());
        if !by_name.is_empty() {
            return by_name;
        }
        let file = base(&self.report.files[file].file);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        format!("{}-{}", slug(stem), draft.feature.index)
    }

    /// Has the reader of corridors look at everything; what it finds comes with the number of its feature.
    ///
    /// What it warns of goes to the report.
    fn judge(&mut self) -> Result<File, Vec<(usize, Flaw)>> {
        let features: Vec<&Value> = self.features.iter().map(|it| &it.json).collect();
        let collection = json!({"type": "FeatureCollection", "features": features});
        let by_feature = |flaw: Flaw| (flaw.feature.as_ref().map_or(0, |it| it.index), flaw);
        match read(&collection.to_string(), &self.region) {
            Ok(file) => {
                for (index, warning) in file.warnings.iter().cloned().map(by_feature) {
                    if let Some(about) = self.features.get(index) {
                        let (file, feature) = (about.file, about.feature.clone());
                        self.note(file, &feature, Note::Judged(warning.fault));
                    }
                }
                Ok(file)
            }
            Err(flaws) => Err(flaws.into_iter().map(by_feature).collect()),
        }
    }

    /// Takes out the features that something is wrong with.
    fn leave_out(&mut self, flaws: &[(usize, Flaw)]) {
        for (index, flaw) in flaws {
            self.refuse(*index, flaw.clone());
        }
        let flawed: BTreeSet<usize> = flaws.iter().map(|(index, _)| *index).collect();
        let mut index = 0;
        self.features.retain(|_| {
            index += 1;
            !flawed.contains(&(index - 1))
        });
    }

    fn refuse(&mut self, index: usize, flaw: Flaw) {
        let about = self.features.get(index);
        let fault = Remark {
            feature: about.map(|about| about.feature.clone()),
            what: flaw.fault.into(),
        };
        self.fault(about.map_or(0, |about| about.file), fault);
    }

    fn note(&mut self, file: usize, feature: &Whereabouts, note: Note) {
        let remark = Remark {
            feature: Some(feature.clone()),
            what: note,
        };
        self.report.files[file].warnings.push(remark.to_string());
    }

    fn count(&mut self) {
        for feature in &self.features {
            let file = &mut self.report.files[feature.file];
            match feature.what {
                What::Line => file.lines += 1,
                What::Area => file.areas += 1,
                What::Disc => file.discs += 1,
                What::Place => file.places += 1,
            }
            if let Some(id) = &feature.new_id {
                file.ids.push(NewId {
                    feature: feature.feature.to_string(),
                    id: id.clone(),
                });
            }
        }
    }
}

/// Takes the folders off the name of a file: who reads the outcome elsewhere does not have them.
fn base(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

/// Says what a draft comes to, and has a point that is a place say so; absent if it is neither.
fn what(draft: &mut Draft) -> Option<What> {
    match draft.geometry.kind()? {
        Kind::Line => Some(What::Line),
        Kind::Area => Some(What::Area),
        Kind::Point if draft.properties.contains_key("radius_m") => Some(What::Disc),
        Kind::Point => {
            draft.properties.get("name")?;
            draft.properties.insert("class".to_owned(), "place".into());
            Some(What::Place)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::import::fixture::{convert, outline, wide};

    /// Three lines: a named one without an id, the same again, and one that is not sound.
    const ROADS: &str = r#"{"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"name": "E 75"},
         "geometry": {"type": "LineString", "coordinates": [[21.4, 42.0], [21.9, 41.6]]}},
        {"type": "Feature", "properties": {"name": "E 75", "half_width_m": 900, "source": "a survey"},
         "geometry": {"type": "LineString", "coordinates": [[21.9, 41.6], [22.0, 41.5]]}},
        {"type": "Feature", "properties": {},
         "geometry": {"type": "LineString", "coordinates": [[21.9, 41.6]]}}]}"#;

    #[test]
    fn what_the_caller_says_fills_what_the_file_lacks() {
        let given = Given {
            country: Some("MK".to_owned()),
            class: Some("crossing".to_owned()),
            reference: Some("E 75".to_owned()),
            id_prefix: "mk-".to_owned(),
            leave_out_flawed: true,
            ..wide()
        };
        let (collection, report) = convert(Format::GeoJson, given, ROADS).unwrap();
        assert_eq!(
            collection["features"][0]["properties"],
            json!({
                "id": "mk-e-75", "name": "E 75", "country": "MK", "class": "crossing",
                "ref": "E 75", "half_width_m": 250.0, "source": "roads: feature 0 (\"E 75\")",
            })
        );
        let second = &collection["features"][1]["properties"];
        assert_eq!(second["id"], "mk-e-75-2");
        assert_eq!(second["half_width_m"], 900);
        assert_eq!(second["source"], "a survey");
        assert_eq!(
            collection["imported"],
            json!({
                "at": "2026-02-02T02:40:00.000Z",
                "by": concat!("corridord ", env!("CARGO_PKG_VERSION")),
                "files": [{"file": "roads", "format": "GeoJSON"}],
            })
        );
        let file = &report.files[0];
        assert_eq!((file.lines, file.areas, file.places), (2, 0, 0));
        assert_eq!(
            file.left_out,
            ["feature 2: a line needs at least 2 vertices, and this one has 1"]
        );
        assert_eq!(file.ids[1].feature, "feature 1 (\"E 75\")");
        assert_eq!(file.ids[1].id, "mk-e-75-2");
    }

    #[test]
    fn a_fault_refuses_everything_unless_its_feature_may_be_left_out() {
        assert_eq!(
            convert(Format::GeoJson, wide(), ROADS).unwrap_err(),
            "roads: feature 2: a line needs at least 2 vertices, and this one has 1"
        );
        assert_eq!(
            convert(Format::GeoJson, Given::default(), ROADS).unwrap_err(),
            "roads: feature 0 (\"E 75\"): a line without a width: give one with --half-width-m\n\
             roads: feature 2: a line without a width: give one with --half-width-m"
        );
    }

    #[test]
    fn the_outcome_is_read_as_corridors_with_the_same_coordinates() {
        let given = Given {
            leave_out_flawed: true,
            ..wide()
        };
        let (collection, _) = convert(Format::GeoJson, given, ROADS).unwrap();
        let file = read(&collection.to_string(), &Region::default()).unwrap();
        assert_eq!(file.corridors.len(), 2);
        assert_eq!(
            outline(&collection),
            [
                "e-75: LineString [[21.4,42.0],[21.9,41.6]]",
                "e-75-2: LineString [[21.9,41.6],[22.0,41.5]]",
            ]
        );
    }

    #[test]
    fn ids_of_several_files_do_not_collide() {
        let mut conversion = Conversion::new(wide(), Region::default());
        for file in ["a/north.wkt", "a/south.wkt"] {
            conversion.add(
                file,
                Format::Wkt,
                "LINESTRING (21 42, 22 42)\nring;LINESTRING (21 42, 22 41)",
            );
        }
        let (collection, report) = conversion.finish(Utc::default()).unwrap();
        let features = &collection.features;
        let ids: Vec<&Value> = features.iter().map(|it| &it["properties"]["id"]).collect();
        assert_eq!(ids, ["north-0", "ring", "south-0", "ring-2"]);
        assert_eq!(report.files[0].ids.len(), 1, "the file's own are not told");
        assert_eq!(report.files[1].ids.len(), 2);
    }
}
