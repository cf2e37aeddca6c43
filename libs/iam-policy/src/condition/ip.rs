//! IpAddress and NotIpAddress: an address within a block; the other family is never within.

use std::net::IpAddr;

#[derive(Debug, Clone)]
pub(crate) struct IpTest {
    /// `None` for a value that is no block.
    values: Vec<Option<Block>>,
}

impl IpTest {
    pub fn new(wanted: &[String]) -> IpTest {
        IpTest { values: wanted.iter().map(|text| Block::parse(text)).collect() }
    }

    pub fn compare(&self, given: &str) -> impl Iterator<Item = Option<bool>> {
        let given: Option<IpAddr> = given.parse().ok();
        self.values.iter().map(move |value| Some((*value)?.contains(given?)))
    }
}

/// An address block in CIDR form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    pub address: IpAddr,
    /// Leading bits that count.
    pub prefix: u32,
}

impl Block {
    /// Reads `address/bits` or a bare address, which is a block of one.
    pub fn parse(text: &str) -> Option<Block> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok()?,
            Some(_) => return None,
            None => most,
        };
        (prefix <= most).then_some(Block { address, prefix })
    }

    /// Whether the address lies within.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                let differing = a.to_bits() ^ b.to_bits();
                differing.leading_zeros() >= self.prefix
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => {
                let differing = a.to_bits() ^ b.to_bits();
                differing.leading_zeros() >= self.prefix
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn blocks_contain_their_addresses() {
        for (block, address, expected) in [
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.7/24", "203.0.113.1", true),
            ("203.0.113.0/24", "203.0.114.0", false),
            ("203.0.113.5", "203.0.113.5", true),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("::/0", "::ffff:203.0.113.5", true),
            ("203.0.113.0/24", "::ffff:203.0.113.5", false),
        ] {
            assert_eq!(Block::parse(block).unwrap().contains(address.parse().unwrap()), expected, "{block} {address}");
        }
        for refused in ["", "1.2.3", "1.2.3.4/33", "::/129", "1.2.3.4/", "1.2.3.4/+8", "1.2.3.*"] {
            assert!(Block::parse(refused).is_none(), "{refused}");
        }
    }
}
