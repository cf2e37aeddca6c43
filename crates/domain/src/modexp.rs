//! Constant-time arithmetic modulo a fixed 3072-bit prime, through aws-lc: the only `unsafe` code of the project.
#![allow(unsafe_code)]

use aws_lc_sys::{
    BIGNUM, BN_CTX, BN_CTX_free, BN_CTX_new, BN_MONT_CTX, BN_MONT_CTX_free, BN_MONT_CTX_new_for_modulus, BN_bin2bn,
    BN_bn2bin_padded, BN_clear_free, BN_from_montgomery, BN_mod_add_quick, BN_mod_exp_mont_consttime,
    BN_mod_mul_montgomery, BN_mod_sub_quick, BN_new, BN_nnmod, BN_to_montgomery,
};
use std::ptr::NonNull;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A number below the modulus: 384 bytes, most significant first.
pub type Residue = [u8; WIDTH];

/// The width of a residue in bytes (3072 bits).
pub const WIDTH: usize = 384;

/// aws-lc could not get memory, or an operand was not below the modulus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("big-number arithmetic failed")]
pub struct ArithmeticError;

/// An odd modulus with what Montgomery multiplication by it needs, prepared once.
///
/// Times depend on the widths of operands alone, except in [`Modulus::reduce`].
pub struct Modulus {
    value: Number,
    montgomery: NonNull<BN_MONT_CTX>,
}

// SAFETY: after construction both are only read (every aws-lc call below takes them by const pointer, and
// aws-lc documents such use from several threads as safe); all mutable state is in a `Scratch` of its own.
unsafe impl Send for Modulus {}
// SAFETY: as above.
unsafe impl Sync for Modulus {}

impl Modulus {
    /// Prepares an odd modulus of full width.
    pub fn new(modulus: &Residue) -> Result<Self, ArithmeticError> {
        let (first, last) = (modulus[0], modulus[WIDTH - 1]);
        if first < 0x80 || last & 1 == 0 {
            return Err(ArithmeticError);
        }
        let value = Number::from_bytes(modulus)?;
        let scratch = Scratch::new()?;
        // SAFETY: both pointers are valid for the call; the result is null or ours to free.
        let montgomery = unsafe { BN_MONT_CTX_new_for_modulus(value.0.as_ptr(), scratch.0.as_ptr()) };
        Ok(Self { value, montgomery: NonNull::new(montgomery).ok_or(ArithmeticError)? })
    }

    /// `base ^ exponent`; the time depends on the exponent's length, not on its value.
    pub fn pow(&self, base: &Residue, exponent: &[u8]) -> Result<Residue, ArithmeticError> {
        let (base, exponent) = (Number::from_bytes(base)?, Number::from_bytes(exponent)?);
        self.compute(|out, scratch| {
            // SAFETY: all pointers are valid and distinct from `out`; a base that is not below the modulus is refused by
            // aws-lc itself (BN_R_INPUT_NOT_REDUCED).
            unsafe {
                BN_mod_exp_mont_consttime(
                    out,
                    base.0.as_ptr(),
                    exponent.0.as_ptr(),
                    self.value.0.as_ptr(),
                    scratch,
                    self.montgomery.as_ptr(),
                )
            }
        })
    }

    /// `a · b`.
    pub fn mul(&self, a: &Residue, b: &Residue) -> Result<Residue, ArithmeticError> {
        let (a, b) = (self.reduced(a)?, self.reduced(b)?);
        self.compute(|out, scratch| {
            // SAFETY: all pointers are valid; both numbers are below the modulus. aws-lc allows output to alias input.
            unsafe {
                BN_to_montgomery(out, a.0.as_ptr(), self.montgomery.as_ptr(), scratch)
                    & BN_mod_mul_montgomery(out, out, b.0.as_ptr(), self.montgomery.as_ptr(), scratch)
            }
        })
    }

    /// `a + b`.
    pub fn add(&self, a: &Residue, b: &Residue) -> Result<Residue, ArithmeticError> {
        let (a, b) = (self.reduced(a)?, self.reduced(b)?);
        // SAFETY: all pointers are valid; both numbers are below the modulus.
        self.compute(|out, _| unsafe { BN_mod_add_quick(out, a.0.as_ptr(), b.0.as_ptr(), self.value.0.as_ptr()) })
    }

    /// `a - b`.
    pub fn sub(&self, a: &Residue, b: &Residue) -> Result<Residue, ArithmeticError> {
        let (a, b) = (self.reduced(a)?, self.reduced(b)?);
        // SAFETY: all pointers are valid; both numbers are below the modulus.
        self.compute(|out, _| unsafe { BN_mod_sub_quick(out, a.0.as_ptr(), b.0.as_ptr(), self.value.0.as_ptr()) })
    }

    /// Any number (at most 4096 bytes) brought below the modulus. Takes variable time: for public numbers only.
    pub fn reduce(&self, number: &[u8]) -> Result<Residue, ArithmeticError> {
        let number = Number::from_bytes(number)?;
        // SAFETY: all pointers are valid.
        self.compute(|out, scratch| unsafe { BN_nnmod(out, number.0.as_ptr(), self.value.0.as_ptr(), scratch) })
    }

    fn compute(&self, run: impl FnOnce(*mut BIGNUM, *mut BN_CTX) -> i32) -> Result<Residue, ArithmeticError> {
        let (out, scratch) = (Number::new()?, Scratch::new()?);
        if run(out.0.as_ptr(), scratch.0.as_ptr()) != 1 {
            return Err(ArithmeticError);
        }
        out.to_bytes()
    }

    fn to_montgomery(&self, number: &Number, scratch: &Scratch) -> Result<Number, ArithmeticError> {
        let out = Number::new()?;
        // SAFETY: all pointers are valid; every caller passes a number below the modulus.
        let done = unsafe {
            BN_to_montgomery(out.0.as_ptr(), number.0.as_ptr(), self.montgomery.as_ptr(), scratch.0.as_ptr())
        };
        if done == 1 { Ok(out) } else { Err(ArithmeticError) }
    }

    fn mul_montgomery(&self, a: &Number, b: &Number, scratch: &Scratch) -> Result<Number, ArithmeticError> {
        let (out, context) = (Number::new()?, self.montgomery.as_ptr());
        // SAFETY: all pointers are valid; every caller passes residues in Montgomery form.
        let done =
            unsafe { BN_mod_mul_montgomery(out.0.as_ptr(), a.0.as_ptr(), b.0.as_ptr(), context, scratch.0.as_ptr()) };
        if done == 1 { Ok(out) } else { Err(ArithmeticError) }
    }

    fn reduced(&self, residue: &Residue) -> Result<Number, ArithmeticError> {
        let number = Number::from_bytes(residue)?;
        // SAFETY: both pointers are valid.
        let order = unsafe { aws_lc_sys::BN_ucmp(number.0.as_ptr(), self.value.0.as_ptr()) };
        if order < 0 { Ok(number) } else { Err(ArithmeticError) }
    }
}

impl Drop for Modulus {
    fn drop(&mut self) {
        // SAFETY: the pointer came from BN_MONT_CTX_new_for_modulus and is freed once.
        unsafe { BN_MONT_CTX_free(self.montgomery.as_ptr()) }
    }
}

/// A base whose powers are prepared, for exponents of 256 bits: a quarter of the time of [`Modulus::pow`].
///
/// For each of the exponent's 64 digits (base 16) the table has the base to the power of each value of that digit,
/// in Montgomery form; a power is the product of 64 entries. Every entry of a digit is read, whatever the digit is.
pub struct FixedBase {
    entries: Vec<Entry>,
}

/// A residue as words, in memory order: only ever masked, added up and turned back into bytes.
type Entry = [u64; WIDTH / 8];

impl FixedBase {
    /// Prepares the table (about 390 kB, some milliseconds).
    pub fn new(modulus: &Modulus, base: &Residue) -> Result<Self, ArithmeticError> {
        let scratch = Scratch::new()?;
        let mut one = [0; WIDTH];
        one[WIDTH - 1] = 1;
        let one = modulus.to_montgomery(&modulus.reduced(&one)?, &scratch)?;
        // The base to the power of the digit's weight: 1, 16, 256, …
        let mut weighted = modulus.to_montgomery(&modulus.reduced(base)?, &scratch)?;
        let mut entries = Vec::with_capacity(DIGITS * 16);
        for _ in 0..DIGITS {
            let mut power = Number::from_bytes(&one.to_bytes()?)?;
            for _ in 0..16 {
                entries.push(words(&power.to_bytes()?));
                power = modulus.mul_montgomery(&power, &weighted, &scratch)?;
            }
            weighted = power;
        }
        Ok(Self { entries })
    }

    /// `base ^ exponent` under the modulus the table was made with; takes the same time for every exponent.
    pub fn pow(&self, modulus: &Modulus, exponent: &[u8; 32]) -> Result<Residue, ArithmeticError> {
        let scratch = Scratch::new()?;
        let digits = exponent.iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
        let mut product: Option<Number> = None;
        for (digit, entries) in digits.zip(self.entries.chunks_exact(16)) {
            let entry = select(entries, digit)?;
            product = Some(match product {
                Some(product) => modulus.mul_montgomery(&product, &entry, &scratch)?,
                None => entry,
            });
        }
        let product = product.ok_or(ArithmeticError)?;
        modulus.compute(|out, scratch| {
            // SAFETY: all pointers are valid, and the product is a residue in Montgomery form.
            unsafe { BN_from_montgomery(out, product.0.as_ptr(), modulus.montgomery.as_ptr(), scratch) }
        })
    }
}

const DIGITS: usize = 64;

fn select(entries: &[Entry], digit: u8) -> Result<Number, ArithmeticError> {
    let mut chosen = Zeroizing::new([0_u64; WIDTH / 8]);
    for (at, entry) in (0_u8..).zip(entries) {
        let mask = u64::from(at.ct_eq(&digit).unwrap_u8()).wrapping_neg();
        for (chosen, word) in chosen.iter_mut().zip(entry) {
            *chosen |= word & mask;
        }
    }
    let mut bytes = Zeroizing::new([0; WIDTH]);
    for (bytes, word) in bytes.chunks_exact_mut(8).zip(chosen.iter()) {
        bytes.copy_from_slice(&word.to_ne_bytes());
    }
    Number::from_bytes(bytes.as_slice())
}

fn words(bytes: &Residue) -> Entry {
    let mut entry = [0; WIDTH / 8];
    for (word, bytes) in entry.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = u64::from_ne_bytes(bytes.try_into().unwrap_or_default());
    }
    entry
}

struct Number(NonNull<BIGNUM>);

impl Number {
    fn new() -> Result<Self, ArithmeticError> {
        // SAFETY: takes nothing; the result is null or ours to free.
        NonNull::new(unsafe { BN_new() }).map(Self).ok_or(ArithmeticError)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, ArithmeticError> {
        if bytes.len() > MAX_INPUT {
            return Err(ArithmeticError);
        }
        let number = Self::new()?;
        // SAFETY: `bytes` is valid for its length, and `number` is a live BIGNUM that aws-lc writes the value to.
        // Leading zero bytes keep their place in the width, so the time of `pow` does not show them.
        let filled = unsafe { BN_bin2bn(bytes.as_ptr(), bytes.len(), number.0.as_ptr()) };
        if filled.is_null() { Err(ArithmeticError) } else { Ok(number) }
    }

    fn to_bytes(&self) -> Result<Residue, ArithmeticError> {
        let mut bytes = [0; WIDTH];
        // SAFETY: `bytes` is valid for WIDTH bytes; aws-lc fails instead of writing more.
        let done = unsafe { BN_bn2bin_padded(bytes.as_mut_ptr(), WIDTH, self.0.as_ptr()) };
        if done == 1 { Ok(bytes) } else { Err(ArithmeticError) }
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: the pointer came from BN_new and is freed once; the value is wiped.
        unsafe { BN_clear_free(self.0.as_ptr()) }
    }
}

struct Scratch(NonNull<BN_CTX>);

impl Scratch {
    fn new() -> Result<Self, ArithmeticError> {
        // SAFETY: takes nothing; the result is null or ours to free.
        NonNull::new(unsafe { BN_CTX_new() }).map(Self).ok_or(ArithmeticError)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // SAFETY: the pointer came from BN_CTX_new and is freed once.
        unsafe { BN_CTX_free(self.0.as_ptr()) }
    }
}

const MAX_INPUT: usize = 4096;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::srp::PRIME;
    use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
    use crypto_bigint::{BoxedUint, Odd};
    use proptest::prelude::*;

    fn params() -> BoxedMontyParams {
        BoxedMontyParams::new(Odd::new(BoxedUint::from_be_slice(&PRIME, 3072).unwrap()).unwrap())
    }

    fn form(number: &Residue) -> BoxedMontyForm {
        BoxedMontyForm::new(BoxedUint::from_be_slice(number, 3072).unwrap(), &params())
    }

    fn bytes(form: BoxedMontyForm) -> Residue {
        form.retrieve().to_be_bytes().as_ref().try_into().unwrap()
    }

    /// Any residue: random bytes, or one next to an end of the range.
    fn residue() -> impl Strategy<Value = Residue> {
        let near_top = |below: u8| {
            let mut top = PRIME;
            top[WIDTH - 1] -= below;
            top
        };
        let near_zero = |number: u8| {
            let mut low = [0; WIDTH];
            low[WIDTH - 1] = number;
            low
        };
        prop_oneof![
            8 => proptest::collection::vec(any::<u8>(), WIDTH).prop_map(|mut bytes| {
                bytes[0] &= 0x7f;
                Residue::try_from(bytes).unwrap()
            }),
            1 => (1_u8..4).prop_map(near_top),
            1 => (0_u8..4).prop_map(near_zero),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn agrees_with_another_implementation(a in residue(), b in residue(), exponent: [u8; 32]) {
            let modulus = Modulus::new(&PRIME).unwrap();
            prop_assert_eq!(modulus.mul(&a, &b).unwrap(), bytes(&form(&a) * &form(&b)));
            prop_assert_eq!(modulus.add(&a, &b).unwrap(), bytes(&form(&a) + &form(&b)));
            prop_assert_eq!(modulus.sub(&a, &b).unwrap(), bytes(&form(&a) - &form(&b)));
            let power = form(&a).pow(&BoxedUint::from_be_slice(&exponent, 256).unwrap());
            prop_assert_eq!(modulus.pow(&a, &exponent).unwrap(), bytes(power));
            let prepared = FixedBase::new(&modulus, &a).unwrap();
            prop_assert_eq!(prepared.pow(&modulus, &exponent), modulus.pow(&a, &exponent));
        }

        #[test]
        fn reduces_longer_numbers(low in residue(), times: u8) {
            // number = low + times · 2^3072, and 2^3072 = 2^3072 - N below N.
            let modulus = Modulus::new(&PRIME).unwrap();
            let number = [&[times][..], &low].concat();
            let mut rest = PRIME.map(|byte| !byte);
            rest[WIDTH - 1] += 1;
            let mut factor = [0; WIDTH];
            factor[WIDTH - 1] = times;
            let expected = modulus.add(&low, &modulus.mul(&rest, &factor).unwrap()).unwrap();
            prop_assert_eq!(modulus.reduce(&number).unwrap(), expected);
        }
    }

    #[test]
    fn operands_that_are_not_reduced_are_refused() {
        let modulus = Modulus::new(&PRIME).unwrap();
        let one = modulus.reduce(&[1]).unwrap();
        for result in [
            modulus.pow(&PRIME, &[2]),
            modulus.mul(&PRIME, &one),
            modulus.add(&one, &[0xff; WIDTH]),
            modulus.sub(&PRIME, &one),
            modulus.reduce(&[1; MAX_INPUT + 1]),
        ] {
            assert_eq!(result, Err(ArithmeticError));
        }
        assert!(Modulus::new(&[0x80; WIDTH]).is_err(), "an even modulus");
    }

    #[test]
    fn a_zero_exponent_gives_one() {
        let modulus = Modulus::new(&PRIME).unwrap();
        let one = modulus.reduce(&[1]).unwrap();
        let prepared = FixedBase::new(&modulus, &[0x11; WIDTH]).unwrap();
        assert_eq!(prepared.pow(&modulus, &[0; 32]).unwrap(), one);
        assert_eq!(prepared.pow(&modulus, &[0xff; 32]), modulus.pow(&[0x11; WIDTH], &[0xff; 32]));
        assert_eq!(modulus.pow(&[0x11; WIDTH], &[]).unwrap(), one);
        assert_eq!(modulus.pow(&[0x11; WIDTH], &[0; 32]).unwrap(), one);
    }
}
