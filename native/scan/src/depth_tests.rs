use super::*;

/// An element of a schema: its name, and how many stand below it.
fn element(name: &str, children: u8) -> Vec<u8> {
    let mut bytes = vec![0x48, u8::try_from(name.len()).unwrap()];
    bytes.extend(name.as_bytes());
    if children > 0 {
        bytes.extend([0x15, 2 * children]);
    }
    bytes.push(0);
    bytes
}

/// File metadata with these elements.
fn metadata(elements: &[Vec<u8>]) -> Vec<u8> {
    let count = elements.len();
    let mut bytes = vec![0x15, 2, 0x19, 0xfc];
    bytes.extend([(count & 0x7f) as u8 | 0x80, (count >> 7) as u8]);
    bytes.extend(elements.concat());
    bytes
}

fn chain(levels: usize) -> Vec<u8> {
    let mut elements = vec![element("root", 2), element("flat", 0), element("deep", 1)];
    elements.extend((2..levels).map(|_| element("s", 1)));
    elements.push(element("leaf", 0));
    metadata(&elements)
}

#[test]
fn levels_are_counted_below_the_root() {
    assert_eq!(of(&chain(2)), Some(Depth::Levels(2)));
    assert_eq!(of(&chain(MAX_LEVELS)), Some(Depth::Levels(MAX_LEVELS)));
    assert_eq!(of(&chain(MAX_LEVELS + 1)), Some(Depth::TooDeep("deep".to_owned())));
    assert_eq!(of(&chain(10_000)), Some(Depth::TooDeep("deep".to_owned())));
}

#[test]
fn wide_schemas_are_not_deep() {
    let group = [element("s", 2), element("a", 0), element("b", 0)];
    let mut elements = vec![element("root", 60)];
    (0..60).for_each(|_| elements.extend(group.clone()));
    assert_eq!(of(&metadata(&elements)), Some(Depth::Levels(2)));
}

#[test]
fn metadata_that_end_too_early_tell_nothing() {
    let whole = chain(3);
    assert!((0..whole.len()).all(|end| of(&whole[..end]).is_none()));
    // Lists in lists, without end.
    assert_eq!(of(&[[0x39].as_slice(), &[0x19; 1000]].concat()), None);
}
