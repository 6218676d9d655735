//! A map whose clones share what they have in common.
//!
//! Each instruction of a file may change one variable of the many that it inherits, and the variables before every
//! instruction are kept. With this map a change costs the logarithm of their number, in time and in memory, and a
//! clone costs nothing. It is a height-balanced search tree (AVL) that copies the path to what it changes.

use std::cmp::Ordering;
use std::sync::Arc;

/// Names to values.
#[derive(Clone, Debug)]
pub(super) struct PersistentMap<V>(Link<V>);

type Link<V> = Option<Arc<Node<V>>>;

#[derive(Clone, Debug)]
struct Node<V> {
    name: Arc<str>,
    value: V,
    /// Of the tree below and with this node; a leaf has 1.
    height: u8,
    less: Link<V>,
    greater: Link<V>,
}

impl<V> Default for PersistentMap<V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<V: Clone> PersistentMap<V> {
    pub(super) fn get(&self, name: &str) -> Option<&V> {
        let mut link = self.0.as_ref();
        while let Some(node) = link {
            link = match name.cmp(&node.name) {
                Ordering::Less => node.less.as_ref(),
                Ordering::Equal => return Some(&node.value),
                Ordering::Greater => node.greater.as_ref(),
            };
        }
        None
    }

    pub(super) fn insert(&mut self, name: &str, value: V) {
        insert(&mut self.0, name, value);
    }
}

/// Recurses to the height of the tree, which is below 64 for any number of nodes that fits into memory.
fn insert<V: Clone>(link: &mut Link<V>, name: &str, value: V) {
    let Some(shared) = link else {
        *link = Some(Arc::new(Node { name: name.into(), value, height: 1, less: None, greater: None }));
        return;
    };
    let node = Arc::make_mut(shared);
    match name.cmp(&node.name) {
        Ordering::Equal => {
            node.value = value;
            return;
        }
        Ordering::Less => insert(&mut node.less, name, value),
        Ordering::Greater => insert(&mut node.greater, name, value),
    }
    balance(node);
}

fn height<V>(link: &Link<V>) -> u8 {
    link.as_ref().map_or(0, |node| node.height)
}

impl<V> Node<V> {
    fn measure(&mut self) {
        self.height = 1 + height(&self.less).max(height(&self.greater));
    }
}

/// Makes the two sides differ by one at most; before, they differ by two at most.
fn balance<V: Clone>(node: &mut Node<V>) {
    let (less, greater) = (height(&node.less), height(&node.greater));
    if less > greater + 1 {
        if let Some(child) = node.less.as_mut().map(Arc::make_mut)
            && height(&child.greater) > height(&child.less)
        {
            rotate_left(child);
        }
        rotate_right(node);
    } else if greater > less + 1 {
        if let Some(child) = node.greater.as_mut().map(Arc::make_mut)
            && height(&child.less) > height(&child.greater)
        {
            rotate_right(child);
        }
        rotate_left(node);
    } else {
        node.measure();
    }
}

/// The lesser child becomes the root.
fn rotate_right<V: Clone>(node: &mut Node<V>) {
    let Some(child) = node.less.take() else { return };
    let mut child = Arc::unwrap_or_clone(child);
    node.less = child.greater.take();
    node.measure();
    std::mem::swap(node, &mut child);
    node.greater = Some(Arc::new(child));
    node.measure();
}

/// The greater child becomes the root.
fn rotate_left<V: Clone>(node: &mut Node<V>) {
    let Some(child) = node.greater.take() else { return };
    let mut child = Arc::unwrap_or_clone(child);
    node.greater = child.less.take();
    node.measure();
    std::mem::swap(node, &mut child);
    node.less = Some(Arc::new(child));
    node.measure();
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// The names in order, if heights are right and sides differ by one at most.
    fn check<V>(link: &Link<V>, names: &mut Vec<String>) -> u8 {
        let Some(node) = link else { return 0 };
        let less = check(&node.less, names);
        names.push(node.name.to_string());
        let greater = check(&node.greater, names);
        assert!(less.abs_diff(greater) <= 1);
        assert_eq!(node.height, 1 + less.max(greater));
        node.height
    }

    proptest! {
        #[test]
        fn keeps_every_version(steps in prop::collection::vec(("[a-z]{1,2}", any::<u8>()), 0..200)) {
            let mut map = PersistentMap::default();
            let mut expected = BTreeMap::new();
            let mut versions = Vec::new();
            for (name, value) in &steps {
                map.insert(name, *value);
                expected.insert(name.clone(), *value);
                versions.push((map.clone(), expected.clone()));
            }
            for (map, expected) in versions {
                let mut names = Vec::new();
                check(&map.0, &mut names);
                prop_assert_eq!(names, expected.keys().cloned().collect::<Vec<_>>());
                prop_assert!(expected.iter().all(|(name, value)| map.get(name) == Some(value)));
                prop_assert_eq!(map.get("A"), None);
            }
        }
    }

    #[test]
    fn sorted_names_make_no_list() {
        let mut map = PersistentMap::default();
        for number in 0..10_000 {
            map.insert(&format!("{number:05}"), number);
        }
        assert!(height(&map.0) <= 19);
    }
}
