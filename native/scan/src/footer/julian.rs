//! The calendar of a file's writer.

use crate::settings::ReadOptions;
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::LeafType;
use parquet::basic::Type as Physical;
use parquet::file::metadata::KeyValue;

/// Which values a file's writer stored in the hybrid Julian calendar, as Spark decides it: by the Spark version in the
/// footer, and by marks that newer versions leave when they were told to write the old way. Settings of the session
/// decide about writers that name no version.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct JulianWriter {
    datetime: Option<Zone>,
    int96: Option<Zone>,
}

impl JulianWriter {
    /// The writer of a file with this metadata.
    pub(crate) fn of(metadata: Option<&Vec<KeyValue>>, options: impl Into<ReadOptions>) -> Self {
        let options = options.into();
        let find = |key: &str| {
            metadata
                .and_then(|pairs| pairs.iter().find(|kv| kv.key == key))
                .map(|kv| kv.value.as_deref().unwrap_or(""))
        };
        let zone = find("org.apache.spark.timeZone")
            .and_then(|z| z.parse().ok())
            .unwrap_or(options.writer_zone);
        let Some(version) = find("org.apache.spark.version") else {
            return JulianWriter {
                datetime: options.settings.julian_datetime.then_some(zone),
                int96: options.settings.julian_int96.then_some(zone),
            };
        };
        let written = |before: &str, mark: &str| (version < before || find(mark).is_some()).then_some(zone);
        JulianWriter {
            datetime: written("3.0.0", "org.apache.spark.legacyDateTime"),
            int96: written("3.1.0", "org.apache.spark.legacyINT96"),
        }
    }

    /// The zone of the writer, where values of this type are in the old calendar.
    pub(crate) fn for_leaf(self, physical: Physical, leaf: &LeafType) -> Option<Zone> {
        match leaf {
            LeafType::Timestamp { zoned: true, .. } if physical == Physical::INT96 => self.int96,
            LeafType::Timestamp { zoned: true, .. } | LeafType::Date => self.datetime,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(entries: &[(&str, &str)]) -> Vec<KeyValue> {
        entries
            .iter()
            .map(|(k, v)| KeyValue::new((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn the_calendar_follows_the_writer_as_in_spark() {
        let utc = Zone::UTC;
        let of = |entries: &[(&str, &str)]| JulianWriter::of(Some(&pairs(entries)), utc);
        assert_eq!(
            of(&[]),
            JulianWriter {
                datetime: None,
                int96: None
            }
        );
        assert_eq!(
            of(&[("org.apache.spark.version", "2.4.8")]),
            JulianWriter {
                datetime: Some(utc),
                int96: Some(utc)
            }
        );
        assert_eq!(
            of(&[("org.apache.spark.version", "3.0.1")]),
            JulianWriter {
                datetime: None,
                int96: Some(utc)
            }
        );
        assert_eq!(
            of(&[("org.apache.spark.version", "3.5.6")]),
            JulianWriter {
                datetime: None,
                int96: None
            }
        );
        let marked = of(&[
            ("org.apache.spark.version", "3.5.6"),
            ("org.apache.spark.legacyDateTime", ""),
            ("org.apache.spark.timeZone", "Europe/Paris"),
        ]);
        assert_eq!(
            marked,
            JulianWriter {
                datetime: Some(Zone::Named(chrono_tz::Europe::Paris)),
                int96: None
            }
        );
    }
}
