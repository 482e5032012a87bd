//! What must hold whatever the bytes are. Each check panics if it does not.

use corridord::corridor::import::{Conversion, Format, Given, read as published};
use corridord::corridor::{Region, geojson};
use corridord::units::Utc;
use corridord::wire::{
    Decoded, Event, Frame, Framer, SignatureCheck, SignatureVerdict, SigningKey, SigningMemory,
    SigningTime, StreamFramer, TlogReader, decode as read,
};
use mavlink::Message as _;
use mavlink::dialects::ardupilotmega::MavMessage;

/// Every message that is read.
const IDS: [u32; 22] = [
    0, 1, 2, 24, 33, 109, 124, 148, 234, 235, 245, 246, 271, 276, 301, 340, 441, 12_900, 12_901,
    12_904, 12_905, 12_915,
];

/// `GNSS_INTEGRITY` and its `CRC_EXTRA`, which the typed dialect lacks.
const BEYOND_THE_DIALECT: (u32, u8) = (441, 169);

/// Checks that a stream gives the same as a datagram, and that every byte is accounted for.
///
/// The first byte is the length of the chunks that the rest arrives in.
pub(crate) fn framer(bytes: &[u8]) {
    let Some((length, bytes)) = bytes.split_first() else {
        return;
    };
    let mut whole = Framer::new(bytes);
    let expected: Vec<Event<'_>> = whole.by_ref().collect();
    let taken: usize = expected.iter().map(|event| event.frame().raw().len()).sum();
    assert_eq!(
        taken as u64 + whole.counts().garbage_bytes,
        bytes.len() as u64
    );
    let mut expected = expected.iter();
    let mut stream = StreamFramer::new();
    let mut compare = |stream: &mut StreamFramer| {
        while let Some(event) = stream.next_event() {
            assert_eq!(Some(&event), expected.next());
            look_at(event.frame());
        }
    };
    for chunk in bytes.chunks(usize::from(*length).max(1)) {
        stream.feed(chunk);
        compare(&mut stream);
    }
    stream.end();
    compare(&mut stream);
    assert_eq!(expected.next(), None);
    assert_eq!(stream.counts(), whole.counts());
}

/// Checks every reader: the first byte picks it, and the version; the rest is the payload.
pub(crate) fn decode(bytes: &[u8]) {
    let Some((pick, payload)) = bytes.split_first() else {
        return;
    };
    let id = IDS[usize::from(pick >> 1) % IDS.len()];
    let payload = &payload[..payload.len().min(255)];
    let sealed = if pick & 1 == 0 {
        v2(id, payload)
    } else {
        v1(id, payload)
    };
    let Some(sealed) = sealed else {
        return;
    };
    let mut framer = Framer::new(&sealed);
    let Some(Event::Frame(frame)) = framer.next() else {
        panic!("no frame: {sealed:02x?}");
    };
    assert_eq!(frame.raw(), sealed);
    assert_eq!((frame.message_id(), frame.payload()), (id, payload));
    assert_ne!(look_at(&frame), Decoded::Unwanted);
}

/// Checks that records go on and lie within the recording.
pub(crate) fn tlog(bytes: &[u8]) {
    let mut reader = TlogReader::new(bytes);
    let mut offset = 0;
    let mut taken = 0;
    while let Some(record) = reader.next() {
        assert!(offset < reader.offset() && reader.offset() <= bytes.len());
        offset = reader.offset();
        taken += record.event.frame().raw().len();
        look_at(record.event.frame());
    }
    assert!(taken <= bytes.len());
}

/// Checks that no frame is good twice, and that what is not good changes nothing.
///
/// The first bytes are the key and the clock.
pub(crate) fn signing(bytes: &[u8]) {
    let Some((key, bytes)) = bytes.split_first_chunk::<32>() else {
        return;
    };
    let Some((now, bytes)) = bytes.split_first_chunk::<8>() else {
        return;
    };
    let now = SigningTime::from_steps(u64::from_le_bytes(*now));
    let Ok(key) = SigningKey::new(*key) else {
        return;
    };
    let mut check = SignatureCheck::new(key, SigningMemory::default());
    for event in Framer::new(bytes) {
        let before = check.memory().clone();
        let first = check.judge(now, event.frame());
        if first != SignatureVerdict::Good {
            assert_eq!(check.memory().streams, before.streams);
        }
        assert_ne!(check.judge(now, event.frame()), SignatureVerdict::Good);
    }
}

/// Checks that what comes of a file is what the daemon reads, whatever is in the file.
///
/// The first byte picks the format, and whether flawed features are left out; the rest is the text.
pub(crate) fn import(bytes: &[u8]) {
    let Some((pick, text)) = bytes.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let (formats, pick) = (Format::ALL, usize::from(*pick));
    let given = Given {
        half_width_m: Some(100.0),
        tracks: true,
        leave_out_flawed: formats.len() <= pick,
        ..Given::default()
    };
    let mut conversion = Conversion::new(given, Region::default());
    conversion.add("file", formats[pick % formats.len()], text);
    if let Ok((collection, report)) = conversion.finish(Utc::default()) {
        let read = geojson::read(&collection.to_string(), &Region::default());
        let read = read.expect("the daemon reads it");
        let [file] = report.files.as_slice() else {
            panic!("one file: {report:?}");
        };
        assert_eq!(read.corridors.len(), file.lines + file.areas + file.discs);
        assert_eq!(read.places.len(), file.places);
    }
    // Neither of these may panic; what they say is held elsewhere.
    let _said = (
        Format::recognise(text, None),
        published(text, None, &Region::default()),
    );
}

/// Asks a frame for everything.
fn look_at<'a>(frame: &Frame<'a>) -> Decoded<'a> {
    let _fields = (
        frame.version(),
        frame.seq(),
        frame.system_id(),
        frame.component_id(),
        frame.is_signed(),
        frame.incompatibility_flags(),
    );
    let decoded = read(frame);
    if let Decoded::RemoteIdPack(pack) = &decoded {
        assert!(pack.clone().count() <= 9);
    }
    decoded
}

fn v1(id: u32, payload: &[u8]) -> Option<Vec<u8>> {
    let header = [0xfe, length(payload)?, 9, 17, 1, u8::try_from(id).ok()?];
    Some(seal(&header, id, payload))
}

fn v2(id: u32, payload: &[u8]) -> Option<Vec<u8>> {
    let [low, mid, high, _] = id.to_le_bytes();
    let header = [0xfd, length(payload)?, 0, 0, 9, 17, 1, low, mid, high];
    Some(seal(&header, id, payload))
}

fn length(payload: &[u8]) -> Option<u8> {
    u8::try_from(payload.len()).ok()
}

fn seal(header: &[u8], id: u32, payload: &[u8]) -> Vec<u8> {
    let extra = if id == BEYOND_THE_DIALECT.0 {
        BEYOND_THE_DIALECT.1
    } else {
        MavMessage::extra_crc(id)
    };
    let mut frame = [header, payload].concat();
    let crc = mavlink::calculate_crc(&frame[1..], extra);
    frame.extend(crc.to_le_bytes());
    frame
}
