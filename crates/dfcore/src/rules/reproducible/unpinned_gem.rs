use crate::model::packages::{Action, Manager, Package, PackageCommand};
use crate::rule::{Report, Rule, RuleContext, declare_rule, report_unpinned};

declare_rule! {
    /// A Ruby gem is installed without a version.
    ///
    /// `gem install` takes the newest release, which changes without the Dockerfile changing and may ask for a newer
    /// Ruby than the image has.
    ///
    /// The rule is off by default: for a tool of the build the newest release is often what is wanted.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM ruby:3.4
    /// RUN gem install rake bundler:2.6.2
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM ruby:3.4
    /// ENV BUNDLER_VERSION=2.6.2
    /// RUN gem install bundler -v "$BUNDLER_VERSION" && gem install 'rake:~> 13.2'
    /// COPY Gemfile Gemfile.lock ./
    /// RUN bundle install
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3028 takes the word after any option for the option's value, so that it does not see `rake` in
    /// `gem install --no-document rake`. It does not see a gem behind `sudo`, and reports files (`app-*.gem`) and
    /// variables, whose text it does not know.
    ///
    /// ## Sources
    ///
    /// - `gem help install` of RubyGems 3.3.15
    /// - [hadolint DL3028](https://github.com/hadolint/hadolint/wiki/DL3028)
    pub UnpinnedGem {
        code: "DF5007",
        name: "unpinned-gem",
        group: Reproducible,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3028"],
    }
}

impl Rule for UnpinnedGem {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        report_unpinned(cx, report, floating, |name| format!("write `{name}:<version>`"));
    }
}

fn floating(install: &PackageCommand) -> Vec<&Package> {
    let is_gem = install.manager == Manager::Gem && install.verb.action == Action::Install;
    // A version for several gems at once is an error of its own.
    let is_several = install.packages.len() > 1 && install.option(&["-v", "--version"]).is_some();
    if !is_gem || is_several {
        return Vec::new();
    }
    install.packages.iter().filter(|package| package.floats()).collect()
}
