//! gradle

use super::Place;
use super::command::PackageCommand;

pub(super) fn read(_place: &Place<'_>) -> Option<PackageCommand> {
    None
}
