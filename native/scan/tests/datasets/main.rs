//! Parquet files that are written here, read as a comparison reads them.

#[cfg(test)]
mod columns;
#[cfg(test)]
mod fetch;
#[cfg(test)]
mod files;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod folders;
#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "wanted pages may be one stretch")]
mod indexes;
#[cfg(test)]
mod splits;
