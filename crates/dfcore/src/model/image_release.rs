//! Which release of an official image a reference names.

use super::ImageReference;

/// What the tag of one of Docker's official images says: `python:3.12-slim-bookworm`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageRelease<'a> {
    /// The name of the image: `python`.
    pub name: &'a str,
    /// The numbers that the tag begins with: 3 and 12. None for `latest` and other words.
    pub numbers: Vec<u32>,
    /// The words of the tag: `3.12`, `slim` and `bookworm`.
    pub words: Vec<&'a str>,
}

impl<'a> ImageReference<'a> {
    /// Which release of one of Docker's official images it is; `None` for other images.
    ///
    /// ```
    /// use dfcore::model::ImageReference;
    /// let release = ImageReference::parse("python:3.12-alpine3.20").release().expect("an official image");
    /// assert_eq!((release.name, &release.numbers[..]), ("python", &[3, 12][..]));
    /// assert!(release.is_alpine());
    /// ```
    #[must_use]
    pub fn release(&self) -> Option<ImageRelease<'a>> {
        let name = self.path.strip_prefix("library/").unwrap_or(self.path);
        if !self.is_official(name) || name.contains('/') {
            return None;
        }
        let words: Vec<&str> = self.tag.unwrap_or_default().split('-').collect();
        let numbers = words[0].split('.').map_while(|number| number.parse().ok()).collect();
        Some(ImageRelease { name, numbers, words })
    }
}

impl ImageRelease<'_> {
    /// Whether it is Alpine or stands on it.
    #[must_use]
    pub fn is_alpine(&self) -> bool {
        self.name == "alpine" || self.words.iter().any(|word| word.starts_with("alpine"))
    }

    /// Whether the tag names a version that begins with these numbers, separated by dots: `3.12.1` does with `3.12`.
    #[must_use]
    pub fn is_version(&self, version: &str) -> bool {
        let version: Vec<u32> = version.split('.').filter_map(|number| number.parse().ok()).collect();
        self.numbers.starts_with(&version)
    }
}
