//! The shell grammar of the crate `shuck-parser`, and the checks of `shuck-linter`. Nothing outside this folder knows
//! them: of the grammar's tree we take the structure and the places of words, and read the words ourselves.

#[cfg(feature = "shellcheck")]
mod lint;

use std::ops::Range;

use shuck_ast::{
    Assignment as ShuckAssignment, BinaryOp, BourneParameterExpansion, BuiltinCommand, Command as Node,
    CompoundCommand, DeclOperand, HeredocBodyPart, ParameterExpansionSyntax, Redirect as ShuckRedirect,
    RedirectTarget, Stmt, StmtSeq, StmtTerminator, Word as ShuckWord, WordPart, WordPartNode,
};
use shuck_parser::parser::{ParseStatus, Parser, ShellDialect};

#[cfg(feature = "shellcheck")]
pub(super) use lint::Linter;

use super::fallback;
use super::fragment::Fragment;
use super::redirect::RedirectSyntax;
use super::word::scan;
use super::{Assignment, Command, Dialect, Nesting, Operator, Redirect, Word};

/// Longer scripts are left to the splitter: the parser's time grows faster than their length. Of the scripts
/// in thousands of public Dockerfiles the longest has 13 kB.
const LONGEST_SCRIPT: usize = 1 << 15;

/// How many brackets and backticks a script may have, and how many quotes and expansions may stand in each
/// other: the parser reads some of them again at every level, and some without a limit on their depth. Real
/// scripts have up to a hundred, four deep.
const MOST_BRACKETS: usize = 1000;
const DEEPEST_CONSTRUCT: usize = 8;

/// How many commands may be timed or be coprocesses, which the parser nests without a limit.
const MOST_PREFIXES: usize = 50;

/// The commands of the text in source order; `None` when it does not parse, or might take the parser too long
/// or too deep.
pub(super) fn parse(fragment: &Fragment, dialect: Dialect) -> Option<Vec<Command>> {
    if !is_harmless(&fragment.text) {
        return None;
    }
    let dialect = match dialect {
        Dialect::Zsh => ShellDialect::Zsh,
        Dialect::Ksh => ShellDialect::Mksh,
        // Which shell /bin/sh is depends on the image; bash reads what the POSIX shell reads.
        _ => ShellDialect::Bash,
    };
    let result = Parser::with_dialect(&fragment.text, dialect).parse();
    if result.status != ParseStatus::Clean {
        return None;
    }
    let mut walker =
        Walker { fragment, commands: Vec::new(), nesting: Vec::new(), prefix: Vec::new(), negated: false };
    walker.sequence(&result.file.body, Operator::None, Operator::None);
    Some(super::in_source_order(walker.commands))
}

fn is_harmless(text: &str) -> bool {
    let brackets = text.bytes().filter(|byte| matches!(byte, b'(' | b'{' | b'[' | b'`'));
    let prefixes =
        ["time", "coproc"].map(|keyword| memchr::memmem::find_iter(text.as_bytes(), keyword).count());
    text.len() <= LONGEST_SCRIPT
        && brackets.take(MOST_BRACKETS + 1).count() <= MOST_BRACKETS
        && prefixes.iter().all(|&count| count <= MOST_PREFIXES)
        && scan::depth(text) <= DEEPEST_CONSTRUCT
}

/// Walks the tree, whose depth the parser bounds, and collects its simple commands.
struct Walker<'a> {
    fragment: &'a Fragment,
    commands: Vec<Command>,
    nesting: Vec<Nesting>,
    /// Words for the next command: the `time` in front of it.
    prefix: Vec<Word>,
    /// Whether a `!` stands in front of the next command.
    negated: bool,
}

impl Walker<'_> {
    fn sequence(&mut self, sequence: &StmtSeq, before: Operator, after: Operator) {
        let mut before = before;
        let last = sequence.len().saturating_sub(1);
        for (index, statement) in sequence.iter().enumerate() {
            let separator = match statement.terminator {
                Some(StmtTerminator::Semicolon) => Operator::Semicolon,
                Some(StmtTerminator::Background(_)) => Operator::Background,
                None => Operator::Newline,
            };
            let is_end = index == last && separator != Operator::Background;
            self.statement(statement, before, if is_end { after } else { separator });
            before = separator;
        }
    }

    fn nested(&mut self, nesting: Nesting, sequence: &StmtSeq) {
        self.inside(nesting, |walker| walker.sequence(sequence, Operator::None, Operator::None));
    }

    fn inside(&mut self, nesting: Nesting, walk: impl FnOnce(&mut Self)) {
        self.nesting.push(nesting);
        walk(self);
        self.nesting.pop();
    }

    fn statement(&mut self, statement: &Stmt, before: Operator, after: Operator) {
        self.negated |= statement.negated;
        match &statement.command {
            Node::Simple(node) => {
                let words = std::iter::once(&node.name).chain(&node.args).collect::<Vec<_>>();
                let ranges = words.iter().map(|word| range(word)).filter(|range| !range.is_empty()).collect();
                self.simple(&node.assignments, ranges, &statement.redirects, before, after);
                self.substitutions_in_assignments(&node.assignments);
                words.into_iter().for_each(|word| self.substitutions(&word.parts));
            }
            Node::Builtin(node) => self.builtin(node, &statement.redirects, before, after),
            Node::Decl(node) => {
                let operands = node.operands.iter().map(|operand| match operand {
                    DeclOperand::Flag(word) | DeclOperand::Dynamic(word) => range(word),
                    DeclOperand::Name(name) => bytes(name.span),
                    DeclOperand::Assignment(assignment) => bytes(assignment.span),
                });
                let ranges = std::iter::once(bytes(node.variant_span)).chain(operands).collect();
                self.simple(&node.assignments, ranges, &statement.redirects, before, after);
                self.substitutions_in_assignments(&node.assignments);
                for operand in &node.operands {
                    match operand {
                        DeclOperand::Flag(word) | DeclOperand::Dynamic(word) => {
                            self.substitutions(&word.parts);
                        }
                        DeclOperand::Assignment(assignment) => {
                            self.substitutions_in_assignments(std::slice::from_ref(assignment));
                        }
                        DeclOperand::Name(_) => {}
                    }
                }
            }
            Node::Binary(_) => self.chain(statement, before, after),
            Node::Compound(node) => self.compound(node, statement, before, after),
            Node::Function(node) => self.function(&node.body),
            Node::AnonymousFunction(node) => self.function(&node.body),
        }
        for redirect in &statement.redirects {
            self.substitutions_in_redirect(redirect);
        }
    }

    fn function(&mut self, body: &Stmt) {
        match &body.command {
            Node::Compound(CompoundCommand::BraceGroup(sequence)) => self.nested(Nesting::Function, sequence),
            _ => self
                .inside(Nesting::Function, |walker| walker.statement(body, Operator::None, Operator::None)),
        }
    }

    /// `a && b | c`: the tree leans to the left, as deep as the chain is long, so its spine is unrolled.
    fn chain(&mut self, statement: &Stmt, before: Operator, after: Operator) {
        let mut links = Vec::new();
        let mut first = statement;
        while let Node::Binary(node) = &first.command {
            let operator = match node.op {
                BinaryOp::And => Operator::And,
                BinaryOp::Or => Operator::Or,
                BinaryOp::Pipe => Operator::Pipe,
                BinaryOp::PipeAll => Operator::PipeAll,
            };
            links.push((operator, &*node.right));
            first = &node.left;
        }
        let mut before = before;
        let mut operand = first;
        for &(operator, right) in links.iter().rev() {
            self.statement(operand, before, operator);
            (before, operand) = (operator, right);
        }
        self.statement(operand, before, after);
    }

    fn compound(&mut self, node: &CompoundCommand, statement: &Stmt, before: Operator, after: Operator) {
        self.negated = false;
        match node {
            CompoundCommand::If(node) => {
                self.nested(Nesting::Condition, &node.condition);
                self.nested(Nesting::Branch, &node.then_branch);
                for (condition, branch) in &node.elif_branches {
                    self.nested(Nesting::Condition, condition);
                    self.nested(Nesting::Branch, branch);
                }
                if let Some(branch) = &node.else_branch {
                    self.nested(Nesting::Branch, branch);
                }
            }
            CompoundCommand::For(node) => {
                node.words.iter().flatten().for_each(|word| self.substitutions(&word.parts));
                self.nested(Nesting::Loop, &node.body);
            }
            CompoundCommand::Repeat(node) => self.nested(Nesting::Loop, &node.body),
            CompoundCommand::Foreach(node) => {
                node.words.iter().for_each(|word| self.substitutions(&word.parts));
                self.nested(Nesting::Loop, &node.body);
            }
            CompoundCommand::ArithmeticFor(node) => self.nested(Nesting::Loop, &node.body),
            CompoundCommand::While(node) => self.conditional_loop(&node.condition, &node.body),
            CompoundCommand::Until(node) => self.conditional_loop(&node.condition, &node.body),
            CompoundCommand::Select(node) => {
                node.words.iter().for_each(|word| self.substitutions(&word.parts));
                self.nested(Nesting::Loop, &node.body);
            }
            CompoundCommand::Case(node) => {
                self.substitutions(&node.word.parts);
                node.cases.iter().for_each(|case| self.nested(Nesting::Branch, &case.body));
            }
            CompoundCommand::Subshell(body) => {
                self.inside(Nesting::Subshell, |walker| walker.sequence(body, before, after));
            }
            CompoundCommand::BraceGroup(body) => {
                self.inside(Nesting::Group, |walker| walker.sequence(body, before, after));
            }
            CompoundCommand::Always(node) => {
                self.inside(Nesting::Group, |walker| walker.sequence(&node.body, before, Operator::None));
                self.inside(Nesting::Group, |walker| {
                    walker.sequence(&node.always_body, Operator::None, after);
                });
            }
            CompoundCommand::Coproc(node) => {
                self.inside(Nesting::Subshell, |walker| walker.statement(&node.body, before, after));
            }
            CompoundCommand::Time(node) => {
                let start = node.span.start.offset();
                let end = node
                    .command
                    .as_ref()
                    .map_or(node.span.end.offset(), |command| command.span.start.offset());
                self.prefix.extend(words_in(self.fragment, start..end));
                match &node.command {
                    Some(command) => self.statement(command, before, after),
                    None => self.simple(&[], Vec::new(), &statement.redirects, before, after),
                }
                self.prefix.clear();
            }
            CompoundCommand::Conditional(node) => {
                let ranges = word_ranges(self.fragment, bytes(node.span));
                self.simple(&[], ranges, &statement.redirects, before, after);
                self.substitutions_in_text(bytes(node.span));
            }
            CompoundCommand::Arithmetic(node) => {
                self.simple(&[], vec![bytes(node.span)], &statement.redirects, before, after);
                self.substitutions_in_text(bytes(node.span));
            }
        }
    }

    fn conditional_loop(&mut self, condition: &StmtSeq, body: &StmtSeq) {
        self.inside(Nesting::Loop, |walker| walker.nested(Nesting::Condition, condition));
        self.nested(Nesting::Loop, body);
    }

    fn builtin(
        &mut self,
        node: &BuiltinCommand,
        redirects: &[ShuckRedirect],
        before: Operator,
        after: Operator,
    ) {
        let (operand, extra, assignments, span) = match node {
            BuiltinCommand::Break(node) => (&node.depth, &node.extra_args, &node.assignments, node.span),
            BuiltinCommand::Continue(node) => (&node.depth, &node.extra_args, &node.assignments, node.span),
            BuiltinCommand::Return(node) => (&node.code, &node.extra_args, &node.assignments, node.span),
            BuiltinCommand::Exit(node) => (&node.code, &node.extra_args, &node.assignments, node.span),
        };
        // The tree does not say where the builtin's name stands: it is the first word after the assignments.
        let start = assignments.last().map_or(span.start.offset(), |last| last.span.end.offset());
        let name = word_ranges(self.fragment, start..span.end.offset()).into_iter().next();
        let operands = operand.iter().chain(extra).map(range);
        self.simple(assignments, name.into_iter().chain(operands).collect(), redirects, before, after);
        self.substitutions_in_assignments(assignments);
        operand.iter().chain(extra).for_each(|word| self.substitutions(&word.parts));
    }

    fn simple(
        &mut self,
        assignments: &[ShuckAssignment],
        words: Vec<Range<usize>>,
        redirects: &[ShuckRedirect],
        before: Operator,
        after: Operator,
    ) {
        let mut all_words = std::mem::take(&mut self.prefix);
        all_words.extend(words.into_iter().map(|range| self.fragment.word(range)));
        let assignments: Vec<Assignment> =
            assignments.iter().filter_map(|node| self.fragment.assignment(bytes(node.span))).collect();
        let redirects = self.redirects(redirects);
        if all_words.is_empty() && assignments.is_empty() && redirects.is_empty() {
            return;
        }
        self.commands.push(Command {
            negated: std::mem::take(&mut self.negated),
            before,
            after,
            nesting: self.nesting.clone(),
            ..Command::new(all_words, assignments, redirects)
        });
    }

    fn redirects(&self, nodes: &[ShuckRedirect]) -> Vec<Redirect> {
        let mut redirects: Vec<Redirect> = Vec::with_capacity(nodes.len());
        for node in nodes {
            let start = node.span.start.offset();
            let end = node.heredoc().map_or(node.span.end, |heredoc| heredoc.delimiter.span.end).offset();
            // Of `&>>` the tree makes two redirects, of `2>&1` one whose target has no place.
            if redirects.last().is_some_and(|last| last.span.start == self.fragment.span(start..end).start) {
                continue;
            }
            let Some(syntax) = RedirectSyntax::read(self.fragment.slice(0..end), start) else { continue };
            let mut redirect = syntax.redirect(self.fragment);
            redirect.body = node.heredoc().map(|heredoc| self.fragment.span(bytes(heredoc.body.span)));
            redirects.push(redirect);
        }
        redirects
    }

    fn substitutions(&mut self, parts: &[WordPartNode]) {
        for part in parts {
            match &part.kind {
                WordPart::CommandSubstitution { body, .. } | WordPart::ProcessSubstitution { body, .. } => {
                    self.nested(Nesting::Substitution, body);
                }
                WordPart::DoubleQuoted { parts, .. } => self.substitutions(parts),
                WordPart::ArithmeticExpansion { expression_word_ast, .. } => {
                    self.substitutions(&expression_word_ast.parts);
                }
                WordPart::ParameterExpansion { operand_word_ast: Some(word), .. } => {
                    self.substitutions(&word.parts);
                }
                WordPart::Parameter(parameter) => self.substitutions_in_parameter(&parameter.syntax),
                _ => {}
            }
        }
    }

    /// The substitutions in text of which the tree has no words.
    fn substitutions_in_text(&mut self, range: Range<usize>) {
        self.commands.append(&mut fallback::split_substitutions(self.fragment, range, &self.nesting));
    }

    fn substitutions_in_parameter(&mut self, syntax: &ParameterExpansionSyntax) {
        let ParameterExpansionSyntax::Bourne(BourneParameterExpansion::Operation {
            operand_word_ast, ..
        }) = syntax
        else {
            return;
        };
        if let Some(word) = operand_word_ast {
            self.substitutions(&word.parts);
        }
    }

    fn substitutions_in_assignments(&mut self, assignments: &[ShuckAssignment]) {
        for assignment in assignments {
            match &assignment.value {
                shuck_ast::AssignmentValue::Scalar(word) => self.substitutions(&word.parts),
                shuck_ast::AssignmentValue::Compound(array) => {
                    array.elements.iter().for_each(|element| self.substitutions(&element.value().parts));
                }
            }
        }
    }

    fn substitutions_in_redirect(&mut self, redirect: &ShuckRedirect) {
        match &redirect.target {
            RedirectTarget::Word(word) => self.substitutions(&word.parts),
            RedirectTarget::Heredoc(heredoc) => {
                for part in &heredoc.body.parts {
                    if let HeredocBodyPart::CommandSubstitution { body, .. } = &part.kind {
                        self.nested(Nesting::Substitution, body);
                    }
                }
            }
        }
    }
}

fn bytes(span: shuck_ast::Span) -> Range<usize> {
    span.start.offset()..span.end.offset()
}

fn range(word: &ShuckWord) -> Range<usize> {
    bytes(word.span)
}

/// The words of a part of the text that the tree does not give as words, split at blanks.
fn word_ranges(fragment: &Fragment, within: Range<usize>) -> Vec<Range<usize>> {
    let text = fragment.slice(0..within.end);
    let mut ranges = Vec::new();
    let mut at = within.start;
    while at < text.len() {
        at = text.len() - text[at..].trim_start().len();
        // An operator between the words is a word of its own.
        let end = scan::end_of_word(text, at).max(scan::end_of_operator(text, at));
        if end == at {
            break;
        }
        ranges.push(at..end);
        at = end;
    }
    ranges
}

fn words_in(fragment: &Fragment, within: Range<usize>) -> Vec<Word> {
    word_ranges(fragment, within).into_iter().map(|range| fragment.word(range)).collect()
}
