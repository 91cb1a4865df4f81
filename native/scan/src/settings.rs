//! What a session's settings change about the reading of files.

use crate::error::{ScanError, ScanResult};
use crate::footer::spark_schema;
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::{LeafType, Unit};
use parity_source::Code;
use parquet::basic::Type as Physical;
use parquet::file::metadata::FileMetaData;
use serde::{Deserialize, Serialize};

/// How a dataset is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadOptions {
    /// Whether names that differ by case are different names.
    pub case_sensitive: bool,
    /// Session time zone.
    pub zone: Zone,
    /// Time zone of old writers whose files do not name one.
    pub writer_zone: Zone,
    /// The session's settings.
    pub settings: ReadSettings,
}

impl ReadOptions {
    /// Options with Spark's default settings, in one time zone.
    pub const fn new(case_sensitive: bool, zone: Zone) -> Self {
        ReadOptions {
            case_sensitive,
            zone,
            writer_zone: zone,
            settings: ReadSettings::DEFAULT,
        }
    }
}

impl<Z: Into<Zone>> From<Z> for ReadOptions {
    fn from(zone: Z) -> Self {
        ReadOptions::new(false, zone.into())
    }
}

/// Settings of a session that make other values or types of the same files. `docs/session-settings.md` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadSettings {
    /// Whether the values of partition columns tell their types; else all are strings.
    pub infer_partition_types: bool,
    /// Whether timestamps in folder names are `timestamp_ntz`.
    pub local_partition_timestamps: bool,
    /// Whether dates and times in folder names are parsed as in Spark 2.
    pub old_time_parser: bool,
    /// Whether timestamps without time zone are `timestamp_ntz`; else they are instants.
    pub infer_timestamp_ntz: bool,
    /// Whether timestamps in nanoseconds are read as `bigint`.
    pub nanos_as_long: bool,
    /// Whether bytes without annotation are text.
    pub binary_as_string: bool,
    /// Whether dates and timestamps of unknown writers are in the hybrid Julian calendar.
    pub julian_datetime: bool,
    /// Whether 96-bit timestamps of unknown writers are.
    pub julian_int96: bool,
    /// Whether columns are matched by the ids in Spark's metadata, which is refused.
    pub match_field_ids: bool,
    /// Whether 96-bit timestamps of other writers than parquet-mr are local times, which is refused.
    pub shift_int96: bool,
}

impl ReadSettings {
    /// Spark's defaults.
    pub const DEFAULT: ReadSettings = ReadSettings {
        infer_partition_types: true,
        local_partition_timestamps: false,
        old_time_parser: false,
        infer_timestamp_ntz: true,
        nanos_as_long: false,
        binary_as_string: false,
        julian_datetime: false,
        julian_int96: false,
        match_field_ids: false,
        shift_int96: false,
    };

    /// Checks that no setting that cannot be followed changes the meaning of a file.
    pub(crate) fn check(self, path: &str, metadata: &FileMetaData) -> ScanResult<()> {
        let refused = |what: &str, hint| {
            Err(ScanError::ReadOtherwise {
                code: Code::BadOption,
                reason: format!("{path}: {what}"),
                hint,
            })
        };
        if self.match_field_ids && spark_schema::has_field_ids(metadata.key_value_metadata()) {
            return refused(
                "its columns have field ids, and the session matches columns by these and not by name",
                "set spark.sql.parquet.fieldId.read.enabled to false in the session that compares",
            );
        }
        let by_parquet_mr = metadata
            .created_by()
            .is_some_and(|writer| writer.starts_with("parquet-mr"));
        let columns = metadata.schema_descr().columns();
        if self.shift_int96 && !by_parquet_mr && columns.iter().any(|c| c.physical_type() == Physical::INT96) {
            return refused(
                "it has 96-bit timestamps, and the session takes those of its writer for local times",
                "set spark.sql.parquet.int96TimestampConversion to false in the session that compares",
            );
        }
        Ok(())
    }

    /// Whether types depend on more of Spark's metadata than where intervals are.
    pub(crate) fn asks_metadata(self) -> bool {
        !self.infer_timestamp_ntz || self.nanos_as_long || self.binary_as_string
    }

    /// What a stored leaf is read as. `told` is its type in Spark's own metadata, which no setting overrules.
    pub(crate) fn leaf(self, leaf: LeafType, physical: Physical, is_annotated: bool, told: Option<&str>) -> LeafType {
        match leaf {
            LeafType::Timestamp { unit: Unit::Nanos, .. }
                if self.nanos_as_long && physical == Physical::INT64 && told.is_none() =>
            {
                LeafType::Integer { bits: 64, signed: true }
            }
            LeafType::Timestamp { unit, zoned: false }
                if !self.infer_timestamp_ntz && told != Some("timestamp_ntz") =>
            {
                LeafType::Timestamp { unit, zoned: true }
            }
            LeafType::Binary
                if self.binary_as_string
                    && physical == Physical::BYTE_ARRAY
                    && !is_annotated
                    && told != Some("binary") =>
            {
                LeafType::String
            }
            _ => leaf,
        }
    }
}

impl Default for ReadSettings {
    fn default() -> Self {
        ReadSettings::DEFAULT
    }
}
