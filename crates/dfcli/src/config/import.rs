//! What another tool's configuration says, in keys of `df.toml`.

use dfcore::config::{Config, ConfigError};

/// Keys of ours that mean what the other tool's say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Import {
    /// All of them.
    pub(crate) config: Config,
    /// Those of them that take rules away.
    pub(super) ignored: Config,
    /// Each with its value in TOML, in the order of the other file.
    pub(crate) keys: Vec<(String, String)>,
    /// What has no counterpart, a sentence each.
    pub(crate) left_out: Vec<String>,
}

impl Import {
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The configuration. What is ignored stays so, whatever level it has elsewhere.
    pub(super) fn into_config(self) -> Config {
        self.ignored.on_top_of(self.config)
    }

    /// Adds a key; `origin` is where the other tool was told so.
    ///
    /// # Errors
    /// When the value is none that the key may have.
    pub(super) fn set(&mut self, key: &str, value: String, origin: &str) -> Result<(), ConfigError> {
        let config = Config::set(origin, key, &value)?;
        if key == "lint.ignore" {
            self.ignored = config.clone().on_top_of(std::mem::take(&mut self.ignored));
        }
        self.config = config.on_top_of(std::mem::take(&mut self.config));
        self.keys.push((key.to_owned(), value));
        Ok(())
    }

    pub(super) fn leave_out(&mut self, sentence: String) {
        self.left_out.push(sentence);
    }
}

/// A word in TOML.
pub(super) fn word(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A list of words in TOML.
pub(super) fn list(words: &[String]) -> String {
    format!("[{}]", words.iter().map(|text| word(text)).collect::<Vec<_>>().join(", "))
}
