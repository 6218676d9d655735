//! The expansion of any word, with known and unknown variables around it, ends without a panic and within bounds; and
//! what a whole file means is found without one.

#![no_main]

use std::sync::LazyLock;

use dfcore::model::Model;
use dfcore::text::SourceFile;
use libfuzzer_sys::fuzz_target;

/// Two escapes, and variables of every kind.
static FILES: LazyLock<[SourceFile; 2]> = LazyLock::new(|| {
    ["\\", "`"].map(|escape| {
        let text = format!(
            "# escape={escape}\nARG G=g\nFROM image\nARG A\nARG G\nENV E= B=a.tar.gz C=/usr/bin:/bin D=$A/$B F=é\nRUN id\n"
        );
        SourceFile::new("Dockerfile", text).expect("it is small")
    })
});
static MODELS: LazyLock<[Model<'static>; 2]> = LazyLock::new(|| FILES.each_ref().map(Model::new));

fuzz_target!(|text: &str| {
    for model in MODELS.iter() {
        let last = model.dockerfile.instructions.len() - 1;
        let value = model.expand_text(last, text);
        assert_eq!(value.as_known().is_some(), value.unknown_parts().is_empty());
        assert!(value.text().len() <= (1 << 20) + 2 * text.len());
    }

    let Ok(source) = SourceFile::new("Dockerfile", text) else { return };
    let model = Model::new(&source);
    for (index, _) in model.instructions() {
        let _ = (model.state(index).home(), model.copy_origin(index), model.context_copy(index));
        let _ = model.mounted_folders(index);
    }
    for stage in model.stages() {
        let _ = (model.needs(stage), model.external_for(stage), model.lineage(stage));
    }
    let _ = model.circle();
});
