//! Prints what each stage of a Dockerfile needs: `cargo run -p dfcore --example stage_graph Dockerfile`

use std::error::Error;
use std::{env, fs};

use dfcore::model::{Model, Need, Origin, Stage};
use dfcore::text::SourceFile;

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("usage: stage_graph DOCKERFILE")?;
    let source = SourceFile::new(path.as_str(), fs::read(&path)?)?;
    print!("{}", graph(&Model::new(&source)));
    Ok(())
}

/// A line for each stage and for each thing that it needs.
fn graph(model: &Model<'_>) -> String {
    let mut text = String::new();
    let built = model.final_stage().map(|target| model.built_for(target)).unwrap_or_default();
    for stage in model.stages() {
        let note = if built[stage.index] { "" } else { " (the last stage does without it)" };
        text.push_str(&format!("{}{note}\n", stage.display_name()));
        for need in model.needs(stage) {
            text.push_str(&format!("  {}\n", describe(model, &need)));
        }
    }
    if let Some(circle) = model.circle() {
        let names: Vec<_> = circle.iter().map(|&stage| Stage::display_name(&model.stages()[stage])).collect();
        text.push_str(&format!("a circle: {}\n", names.join(", ")));
    }
    text
}

fn describe(model: &Model<'_>, need: &Need) -> String {
    let line = model.line(model.instruction(need.instruction).span.start);
    let origin = match &need.origin {
        Origin::Stage(stage) => model.stages()[*stage].display_name(),
        Origin::External(image) => image.text().to_owned(),
    };
    format!("line {line}: {:?} {origin}", need.by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_bases_copies_and_mounts() -> Result<(), Box<dyn Error>> {
        let text = "FROM golang:1.25 AS build\nRUN --mount=from=assets,target=/a go build\nFROM alpine AS assets\n\
                    FROM busybox AS debug\nFROM scratch\nCOPY --from=build /app /\n";
        let source = SourceFile::new("Dockerfile", text)?;
        let expected = "\
stage \"build\"
  line 1: Base golang:1.25
  line 2: Mount stage \"assets\"
stage \"assets\"
  line 3: Base alpine
stage \"debug\" (the last stage does without it)
  line 4: Base busybox
stage 4
  line 6: Copy stage \"build\"
";
        assert_eq!(graph(&Model::new(&source)), expected);
        Ok(())
    }
}
