//! Which rows of each side are there at all, as the caller's predicates say.

use crate::ask::catalog::Opt;
use crate::ask::options::CompareOptions;
use crate::plan::SideColumns;
use crate::plan::resolve::nearest;
use parity_kernels::domain::Side;
use parity_source::predicate::{Names, Predicate, PredicateError, bind};
use parity_source::{Code, ParityError};

/// The predicate on the rows of a side: what holds for both sides and what holds for this one, in its own names.
pub fn filter(
    options: &CompareOptions,
    side: Side,
    columns: SideColumns<'_>,
) -> Result<Option<Predicate>, ParityError> {
    let caller = options.caller;
    let own = match side {
        Side::Left => (&options.left_where, caller.spell(Opt::LeftWhere)),
        Side::Right => (&options.right_where, caller.spell(Opt::RightWhere)),
    };
    let mut whole: Option<Predicate> = None;
    for (text, option) in [(&options.both_where, caller.spell(Opt::Where)), own] {
        let Some(text) = text else { continue };
        let names = Names {
            columns: columns.columns,
            case_sensitive: options.case_sensitive,
            zone: options.zone,
        };
        let predicate = bind(text, names).map_err(|error| {
            if options.mask.is_empty() {
                refused(&error, &option, side, columns)
            } else {
                refused_unseen(&error, &option, side)
            }
        })?;
        whole = Some(match whole {
            Some(others) => others.and(predicate),
            None => predicate,
        });
    }
    Ok(whole)
}

/// The refusal where columns are masked: nothing of the predicate is repeated, which may hold their values.
fn refused_unseen(error: &PredicateError, option: &str, side: Side) -> ParityError {
    match error {
        PredicateError::UnknownColumn { .. } => ParityError::new(
            Code::ColumnNotFound,
            format!(
                "{option} names something that is not a column of the {} side, and not shown because columns are masked",
                side_name(side)
            ),
            "write a string in single quotes; names are those of the side",
        ),
        _ => ParityError::bad_option(
            format!("{option} is not understood, and not shown because columns are masked"),
            "try the predicate without a mask to see what is wrong with it",
        ),
    }
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::Left => "left",
        Side::Right => "right",
    }
}

fn refused(error: &PredicateError, option: &str, side: Side, columns: SideColumns<'_>) -> ParityError {
    let side = side_name(side);
    match error {
        PredicateError::UnknownColumn { name } => {
            let hint = match nearest(name, columns.columns) {
                Some(near) => format!("did you mean {near}?"),
                None => error.hint(),
            };
            ParityError::new(
                Code::ColumnNotFound,
                format!("{option} names {name}, which is not a column of the {side} side"),
                hint,
            )
        }
        _ => ParityError::bad_option(format!("{option}: {error}"), error.hint()),
    }
}
