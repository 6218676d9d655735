//! Writing a bbolt file, the key-value store that Trivy keeps its vulnerability database in.
//!
//! The file is a sequence of pages of 4096 bytes: two meta pages, an empty free list, and then one leaf per bucket,
//! which takes as many pages in a row as it needs. A tree of one leaf is a valid B+tree, and at the size of our
//! database (kilobytes) nothing else is worth its code.

use std::collections::BTreeMap;

use serde_json::Value;

const PAGE: usize = 4096;
const PAGE_HEADER: usize = 16;
const ELEMENT: usize = 16;

const MAGIC: u32 = 0xED0C_DAED;
const VERSION: u32 = 2;
const LEAF: u16 = 0x02;
const META: u16 = 0x04;
const FREE_LIST: u16 = 0x10;
const BUCKET: u32 = 0x01;

/// Keys in order, each with a nested bucket or a value.
pub(crate) type Bucket = BTreeMap<String, Item>;

/// What a key of a bucket leads to.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    /// Another bucket.
    Bucket(Bucket),
    /// A value, stored as JSON.
    Json(Value),
}

/// The bytes of a database with `root` as its root bucket.
pub(crate) fn database(root: &Bucket) -> Vec<u8> {
    let mut file = vec![0; 3 * PAGE];
    put(&mut file, 2 * PAGE, &page_header(2, FREE_LIST, 0, 0));
    let root = append(&mut file, root);
    let pages = (file.len() / PAGE) as u64;
    for number in 0..2_u64 {
        let mut meta = Vec::new();
        for field in [MAGIC, VERSION, PAGE as u32, 0] {
            meta.extend(field.to_le_bytes());
        }
        // Root page and its sequence, free list page, first page past the end, transaction.
        for field in [root, 0, 2, pages, number] {
            meta.extend(field.to_le_bytes());
        }
        let checksum = fnv1a(&meta);
        meta.extend(checksum.to_le_bytes());
        let start = number as usize * PAGE;
        put(&mut file, start, &page_header(number, META, 0, 0));
        put(&mut file, start + PAGE_HEADER, &meta);
    }
    file
}

/// Appends a bucket, nested ones first, and returns the number of its first page.
fn append(file: &mut Vec<u8>, bucket: &Bucket) -> u64 {
    let items: Vec<(&str, u32, Vec<u8>)> = bucket
        .iter()
        .map(|(key, item)| match item {
            Item::Bucket(nested) => {
                let page = append(file, nested);
                (key.as_str(), BUCKET, [page.to_le_bytes(), 0_u64.to_le_bytes()].concat())
            }
            Item::Json(value) => (key.as_str(), 0, value.to_string().into_bytes()),
        })
        .collect();

    let mut elements = Vec::new();
    let mut data = Vec::new();
    for (index, (key, flags, value)) in items.iter().enumerate() {
        // A position counts from the element that holds it.
        let position = (items.len() - index) * ELEMENT + data.len();
        for field in [*flags, position as u32, key.len() as u32, value.len() as u32] {
            elements.extend(field.to_le_bytes());
        }
        data.extend(key.as_bytes());
        data.extend(value);
    }
    let number = (file.len() / PAGE) as u64;
    let pages = (PAGE_HEADER + elements.len() + data.len()).div_ceil(PAGE);
    let start = file.len();
    file.resize(start + pages * PAGE, 0);
    put(file, start, &page_header(number, LEAF, items.len() as u16, pages as u32 - 1));
    put(file, start + PAGE_HEADER, &elements);
    put(file, start + PAGE_HEADER + elements.len(), &data);
    number
}

fn page_header(number: u64, kind: u16, count: u16, overflow: u32) -> Vec<u8> {
    let mut header = number.to_le_bytes().to_vec();
    header.extend(kind.to_le_bytes());
    header.extend(count.to_le_bytes());
    header.extend(overflow.to_le_bytes());
    header
}

fn put(file: &mut [u8], start: usize, bytes: &[u8]) {
    file[start..start + bytes.len()].copy_from_slice(bytes);
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_that_of_the_published_test_vectors() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn a_leaf_points_at_its_keys_and_values() {
        let root = Bucket::from([
            ("a".to_owned(), Item::Json(Value::from(1))),
            ("b".to_owned(), Item::Bucket(Bucket::from([("c".to_owned(), Item::Json(Value::from("x")))]))),
        ]);
        let file = database(&root);
        // Two metas, the free list, the nested bucket, the root.
        assert_eq!(file.len(), 5 * PAGE);
        let root = &file[4 * PAGE + PAGE_HEADER..];
        assert_eq!(&root[2 * ELEMENT..2 * ELEMENT + 3], b"a1b");
        assert_eq!(root[2 * ELEMENT + 3], 3, "the nested bucket is on page 3");
        let nested = &file[3 * PAGE + PAGE_HEADER + ELEMENT..];
        assert_eq!(&nested[..4], b"c\"x\"");
    }

    #[test]
    fn a_bucket_larger_than_a_page_takes_pages_in_a_row() {
        let long = Value::from("x".repeat(3 * PAGE));
        let file = database(&Bucket::from([("k".to_owned(), Item::Json(long))]));
        assert_eq!(file.len(), 7 * PAGE);
        assert_eq!(file[3 * PAGE + 12], 3, "three pages of overflow");
    }
}
