use super::*;
use crate::nested;
use crate::types::Unit;
use crate::types::nested::Nested;

fn int(bits: u8) -> LeafType {
    LeafType::Integer { bits, signed: true }
}

fn array(element: LeafType) -> LeafType {
    LeafType::Nested(Nested::new(NestedType::Array(element)))
}

fn map(key: LeafType, value: LeafType) -> LeafType {
    LeafType::Nested(Nested::new(NestedType::Map(key, value)))
}

fn put_array(out: &mut Vec<u8>, elements: &dyn Array) {
    for row in 0..elements.len() {
        out.push(PRESENT);
        if elements.is_null(row) {
            out.push(ABSENT);
        } else {
            out.push(PRESENT);
            put_flat(out, elements, row);
        }
    }
    out.push(ABSENT);
}

fn own_integers(elements: &[Option<i64>]) -> Vec<u8> {
    let mut out = Vec::new();
    put_array(&mut out, &Int64Array::from(elements.to_vec()));
    out
}

fn column(values: &[Vec<u8>]) -> ArrayRef {
    Arc::new(BinaryViewArray::from_iter_values(values))
}

fn met(left: (&[u8], &LeafType), right: (&[u8], &LeafType), unordered: bool) -> bool {
    let Domain::Nested(domain) = NestedDomain::of(left.1, right.1, false) else {
        panic!("the types do not meet");
    };
    let domain = if unordered { domain.unordered() } else { *domain };
    let bytes = |(own, leaf): (&[u8], &LeafType)| domain.bytes(&column(&[own.to_vec()]), leaf, Zone::UTC);
    values::bytes_at(bytes(left).as_ref(), 0) == values::bytes_at(bytes(right).as_ref(), 0)
}

#[test]
fn own_bytes_sort_as_spark_sorts_arrays() {
    let sorted: Vec<Vec<u8>> = [
        &[][..],
        &[None],
        &[None, Some(1)],
        &[Some(i64::MIN)],
        &[Some(-1), Some(5)],
        &[Some(0)],
        &[Some(0), None],
        &[Some(0), Some(-7)],
        &[Some(i64::MAX)],
    ]
    .map(own_integers)
    .to_vec();
    assert!(sorted.is_sorted());
    let doubles = [
        f64::NEG_INFINITY,
        -1.5,
        -0.0,
        f64::MIN_POSITIVE,
        2.0,
        f64::INFINITY,
        f64::NAN,
    ];
    let encoded = doubles.map(|double| {
        let mut out = Vec::new();
        put_flat(&mut out, &Float64Array::from(vec![double]), 0);
        out
    });
    assert!(encoded.is_sorted());
    let texts = [&b""[..], b"\0", b"\0\0", b"\0a", b"a", b"a\0", b"aa", b"\xff"];
    let encoded = texts.map(|text| {
        let mut out = Vec::new();
        put_flat(&mut out, &BinaryViewArray::from_iter_values([text]), 0);
        assert_eq!(
            OwnBytes(&out).flat(&LeafType::String),
            Some(FlatValue::Bytes(text.to_vec()))
        );
        out
    });
    assert!(encoded.is_sorted());
}

#[test]
fn numbers_of_other_types_meet_inside_arrays() {
    let decimal = LeafType::Decimal {
        precision: 10,
        scale: 2,
    };
    let (ints, hundredths) = (own_integers(&[Some(5), None]), own_integers(&[Some(500), None]));
    assert!(met(
        (&ints, &array(int(32))),
        (&hundredths, &array(decimal.clone())),
        false
    ));
    assert!(!met((&ints, &array(int(32))), (&ints, &array(decimal)), false));
    let wide = LeafType::Decimal {
        precision: 38,
        scale: 0,
    };
    let mut widened = Vec::new();
    put_array(&mut widened, &Decimal128Array::from(vec![Some(5), None]));
    assert!(met((&ints, &array(int(64))), (&widened, &array(wide)), false));
    let unit = |unit| array(LeafType::Timestamp { unit, zoned: true });
    let (millis, micros) = (own_integers(&[Some(7)]), own_integers(&[Some(7000)]));
    assert!(met(
        (&millis, &unit(Unit::Millis)),
        (&micros, &unit(Unit::Micros)),
        false
    ));
}

#[test]
fn the_order_of_elements_counts_unless_it_is_freed_for_the_outermost_array() {
    let (there, back) = (own_integers(&[Some(1), Some(2)]), own_integers(&[Some(2), Some(1)]));
    let ints = array(int(32));
    assert!(!met((&there, &ints.clone()), (&back, &ints.clone()), false));
    assert!(met((&there, &ints.clone()), (&back, &ints.clone()), true));
    let twice = own_integers(&[Some(1), Some(2), Some(2)]);
    assert!(!met((&there, &ints.clone()), (&twice, &ints.clone()), true));
    let nest = |inner: &[u8]| [&[PRESENT, PRESENT][..], inner, &[ABSENT]].concat();
    assert!(!met(
        (&nest(&there), &array(ints.clone())),
        (&nest(&back), &array(ints)),
        true
    ));
}

#[test]
fn structs_that_do_not_meet_differ_unless_they_are_null() {
    let structure = |name: &str| {
        array(LeafType::Nested(Nested::new(NestedType::Struct(vec![(
            name.to_owned(),
            int(32),
        )]))))
    };
    let null = vec![PRESENT, ABSENT, ABSENT];
    let of_null = vec![PRESENT, PRESENT, ABSENT, ABSENT];
    assert!(met((&null, &structure("a")), (&null, &structure("b")), false));
    assert!(!met((&of_null, &structure("a")), (&of_null, &structure("b")), false));
    assert!(met((&of_null, &structure("a")), (&of_null, &structure("A")), false));
    assert!(!met((&of_null, &structure("a")), (&null, &structure("a")), false));
}

#[test]
fn values_are_shown_as_json() {
    let shown = |own: &[u8], leaf: &LeafType| nested::text::json(own, leaf, Zone::UTC);
    assert_eq!(shown(&own_integers(&[Some(1), None]), &array(int(32))), "[1,null]");
    assert_eq!(shown(&own_integers(&[]), &array(int(32))), "[]");
    let mut doubles = Vec::new();
    put_array(&mut doubles, &Float64Array::from(vec![f64::NAN, 1.5, -0.0]));
    assert_eq!(shown(&doubles, &array(LeafType::Double)), "[\"NaN\",1.5,0.0]");
    let entry = |key: i64| {
        let mut entry = vec![PRESENT];
        put_flat(&mut entry, &Int64Array::from(vec![key]), 0);
        entry.push(ABSENT);
        entry
    };
    let mut entries = Vec::new();
    put_entries(&mut entries, vec![entry(2), entry(-1)]);
    assert_eq!(
        shown(&entries, &map(int(32), LeafType::Date)),
        "{\"-1\":null,\"2\":null}"
    );
    // Bytes that end too early are no reason to panic.
    for end in 0..entries.len() {
        shown(&entries[..end], &map(int(32), LeafType::Date));
        let domain = NestedDomain::of(&map(int(32), LeafType::Date), &map(int(64), LeafType::Date), true);
        if let Domain::Nested(domain) = domain {
            domain.bytes(
                &column(&[entries[..end].to_vec()]),
                &map(int(32), LeafType::Date),
                Zone::UTC,
            );
        }
    }
}

#[test]
fn text_rules_reach_all_text_but_keys_of_maps() {
    let rules = TextRules {
        trim: true,
        ..TextRules::default()
    };
    let texts = |texts: &[&str]| BinaryViewArray::from_iter_values(texts.iter().map(|text| text.as_bytes()));
    let mut elements = Vec::new();
    put_array(&mut elements, &texts(&[" a", "b "]));
    let entry = |key: &str, value: &str| {
        let mut entry = vec![PRESENT];
        put_flat(&mut entry, &texts(&[key]), 0);
        entry.push(PRESENT);
        put_flat(&mut entry, &texts(&[value]), 0);
        entry
    };
    let mut entries = Vec::new();
    put_entries(&mut entries, vec![entry(" k", " v"), entry("l", "w")]);
    let shown = |own: &[u8], leaf: &LeafType| {
        let ruled = ruled(&column(&[own.to_vec()]), leaf, rules, &Domain::own(leaf), Zone::UTC);
        nested::text::json(values::bytes_at(ruled.as_ref(), 0), leaf, Zone::UTC)
    };
    assert_eq!(shown(&elements, &array(LeafType::String)), "[\"a\",\"b\"]");
    assert_eq!(
        shown(&entries, &map(LeafType::String, LeafType::String)),
        "{\" k\":\"v\",\"l\":\"w\"}"
    );
}
