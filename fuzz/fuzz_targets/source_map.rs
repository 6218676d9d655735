//! Whatever the script of an instruction, its text is found again in the file, byte for byte, and so are its commands.

#![no_main]

use dfcore::model::Model;
use dfcore::shell::{Dialect, ScriptSource};
use dfcore::syntax::ast::InstructionKind;
use dfcore::text::{SourceFile, Span};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = SourceFile::new("Dockerfile", bytes) else { return };
    let model = Model::new(&source);
    for (index, instruction) in model.instructions() {
        let place = |span: Span| {
            assert!(span.start <= span.end && span.end <= source.len());
            assert!(source.text().is_char_boundary(span.start as usize));
            assert!(source.text().is_char_boundary(span.end as usize));
        };
        for command in &model.script(index).commands {
            place(command.span);
            command.words.iter().for_each(|word| place(word.span));
        }
        let InstructionKind::Run(run) = &instruction.kind else { continue };
        let script = ScriptSource::new(&source, &run.command, &instruction.heredocs, Dialect::Sh);
        let (Some(text), Some(map)) = (script.text(), script.map()) else { continue };
        for (at, character) in text.char_indices() {
            let end = at + character.len_utf8();
            assert_eq!(source.slice(map.span(at..end)), &text[at..end]);
        }
    }
});
