//! Exact numbers: 128 bits of mantissa and a scale, and the ways out of them.
//!
//! Every integer and decimal that Spark knows is `mantissa * 10^-scale` with a mantissa of at most 128 bits, so exact
//! arithmetic needs nothing larger. Each function here either is exact, rounds once, or says that it cannot: `None`.
//!
//! # Rounding to a double
//!
//! A decimal meets a double after it has become the double nearest to it, ties to even, as `BigDecimal.doubleValue`
//! and Spark's casts do it. Dividing the mantissa by a power of ten rounds twice in general, and a result that is off
//! by one bit would report equal values as different. The division is used only where both operands are exact, so that
//! it rounds once; everything else is written as text and read by the standard library's correctly rounding parser.
//! The text lives on the stack.

use std::fmt::{self, Write};

/// Up to here every integer is a double.
const EXACT_INTEGERS: u128 = 1 << 53;

/// The powers of ten that are doubles.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// Two to a power from -1,022 to 1,023, exactly. The standard library promises no digit of `powi`.
pub(crate) fn power_of_two(exponent: i32) -> f64 {
    debug_assert!(
        (-1022..=1023).contains(&exponent),
        "2^{exponent} is not a normal double"
    );
    f64::from_bits(u64::from((exponent + 1023).cast_unsigned()) << 52)
}

/// The double nearest to `mantissa * 10^-scale`, ties to even; infinite where that is larger than every double.
pub fn decimal_to_f64(mantissa: i128, scale: i32) -> f64 {
    if scale == 0 || mantissa == 0 {
        return mantissa as f64;
    }
    if mantissa.unsigned_abs() <= EXACT_INTEGERS
        && let Some(power) = usize::try_from(scale).ok().and_then(|scale| POWERS.get(scale))
    {
        return mantissa as f64 / power;
    }
    let mut literal = Literal::default();
    let written = write!(literal, "{mantissa}e{}", -i64::from(scale));
    written
        .ok()
        .and_then(|()| literal.text().parse().ok())
        .unwrap_or(f64::NAN)
}

/// The same number with `to` decimal places; `None` if `to` has fewer of them or the mantissa needs more than 128 bits.
pub fn rescale(mantissa: i128, from: i32, to: i32) -> Option<i128> {
    let places = u32::try_from(i64::from(to) - i64::from(from)).ok()?;
    if mantissa == 0 {
        return Some(0);
    }
    mantissa.checked_mul(10_i128.checked_pow(places)?)
}

/// Reads a two's complement integer, most significant byte first, of any length; none at all is 0. `None` if the number
/// needs more than 128 bits, which leading bytes that only repeat the sign do not.
pub fn i128_from_be_bytes(bytes: &[u8]) -> Option<i128> {
    let Some(&first) = bytes.first() else { return Some(0) };
    let sign = if first & 0x80 == 0 { 0x00 } else { 0xff };
    let (extra, low) = bytes.split_at(bytes.len().saturating_sub(16));
    let mut full = [sign; 16];
    full[16 - low.len()..].copy_from_slice(low);
    let value = i128::from_be_bytes(full);
    let fits = extra.iter().all(|&byte| byte == sign) && (value < 0) == (sign == 0xff);
    fits.then_some(value)
}

/// The distance of two integers. It always fits in the unsigned type; the option is there for callers that chain it
/// with steps that may fail.
pub fn exact_distance(l: i128, r: i128) -> Option<u128> {
    Some(l.abs_diff(r))
}

/// The longest literal is a sign, 39 digits, an `e` and 11 characters of exponent.
struct Literal {
    bytes: [u8; 64],
    len: usize,
}

impl Default for Literal {
    fn default() -> Literal {
        Literal { bytes: [0; 64], len: 0 }
    }
}

impl Literal {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl Write for Literal {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let end = self.len + part.len();
        let room = self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?;
        room.copy_from_slice(part.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated;
    use proptest::prelude::*;

    #[test]
    fn decimals_become_the_nearest_double() {
        for (mantissa, scale, nearest) in [
            (0, 5, 0.0),
            (15, 1, 1.5),
            (-1, 1, -0.1),
            (5, -3, 5000.0),
            // Rounding the mantissa first and dividing then gives the neighbour that ends in 8.
            (12_345_678_901_234_567, 17, 0.123_456_789_012_345_66),
            (9_007_199_254_740_993, 0, 9_007_199_254_740_992.0),
            (9_007_199_254_740_995, 0, 9_007_199_254_740_996.0),
            (i128::MAX, 0, 1.701_411_834_604_692_3e38),
            (i128::MIN, 38, -1.701_411_834_604_692_3),
            (1, 324, 0.0),
            (3, 324, 5e-324),
            (1, i32::MAX, 0.0),
            (1, i32::MIN, f64::INFINITY),
            (-7, i32::MIN, f64::NEG_INFINITY),
        ] {
            assert_eq!(decimal_to_f64(mantissa, scale), nearest, "{mantissa} {scale}");
        }
        assert!(decimal_to_f64(0, 2).is_sign_positive());
    }

    #[test]
    fn rescaling_keeps_the_number_or_refuses() {
        assert_eq!(rescale(15, 1, 3), Some(1500));
        assert_eq!(rescale(-15, 2, 2), Some(-15));
        assert_eq!(rescale(150, 2, 1), None);
        assert_eq!(rescale(1, 0, 38), Some(10_i128.pow(38)));
        assert_eq!(rescale(2, 0, 38), None);
        assert_eq!(rescale(1, 0, 39), None);
        assert_eq!(rescale(0, i32::MIN, i32::MAX), Some(0));
        assert_eq!(rescale(1, i32::MIN, i32::MAX), None);
        assert_eq!(rescale(5, -2, 0), Some(500));
    }

    #[test]
    fn bytes_of_any_length_are_read_where_the_number_fits() {
        assert_eq!(i128_from_be_bytes(&[]), Some(0));
        assert_eq!(i128_from_be_bytes(&[0x80]), Some(-128));
        assert_eq!(i128_from_be_bytes(&[0x00, 0x80]), Some(128));
        assert_eq!(i128_from_be_bytes(&[0xff; 40]), Some(-1));
        assert_eq!(i128_from_be_bytes(&[0x00; 40]), Some(0));
        let mut long = [0_u8; 17];
        long[1] = 0x80;
        assert_eq!(i128_from_be_bytes(&long), None, "2^127");
        assert_eq!(i128_from_be_bytes(&long[1..]), Some(i128::MIN));
        long[0] = 0xff;
        assert_eq!(i128_from_be_bytes(&long), Some(i128::MIN));
        long[0] = 1;
        assert_eq!(i128_from_be_bytes(&long), None);
    }

    #[test]
    fn distances_reach_the_full_width() {
        assert_eq!(exact_distance(i128::MIN, i128::MAX), Some(u128::MAX));
        assert_eq!(exact_distance(3, -4), Some(7));
    }

    proptest! {
        #![proptest_config(generated::cases(2000))]

        #[test]
        fn every_decimal_becomes_what_its_text_parses_to(mantissa in any::<i128>(), shift in 0_u32..127, scale in -50_i32..400) {
            let mantissa = mantissa >> shift;
            let text = format!("{mantissa}e{}", -scale);
            prop_assert_eq!(decimal_to_f64(mantissa, scale), text.parse::<f64>().unwrap());
        }

        #[test]
        fn bytes_round_trip_with_any_sign_extension(value in any::<i128>(), shift in 0_u32..127, extra in 0_usize..20) {
            let value = value >> shift;
            let mut bytes = vec![if value < 0 { 0xff } else { 0 }; extra];
            bytes.extend(value.to_be_bytes());
            prop_assert_eq!(i128_from_be_bytes(&bytes), Some(value));
        }
    }
}
