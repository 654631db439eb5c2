//! Graphs of which some pieces come from the caller of a `macro_rules!`: each fragment alone, and single tokens in groups.
//!
//! A graph is written with a space between its tokens. `⟦ty Vec < u64 >⟧` is a fragment of that kind, handed in whole;
//! its tokens are handed in one by one as well, but for those with a `†`: names of locals and labels, which have the
//! hygiene of their place. A label that is a fragment is handed in at each of its places. Part of the build script, which
//! prints the macros.
//!
//! The tokens of a graph stand in a square, and each row and each column is a group. So for any two tokens, some graph
//! gets the first from the caller and the second from the macro; and for each token, some graph gets neither of its
//! neighbours from the caller.
//!
//! Must not know: what the macro makes of a graph.

use std::fmt::Write;

/// A name, and the graph, whose struct is called `G`.
const GRAPHS: [(&str, &str); 15] = [
    (
        "signals",
        "#[ ⟦meta doc = \"Goods.\"⟧ ] #[ derive ( Debug ) ] ⟦vis pub ( crate )⟧ struct ⟦ident G⟧ {
            #[ doc = \"Costs.\" ] ⟦vis pub⟧ signal ⟦ident price⟧ : ⟦ty u64⟧ = ⟦expr 1 + 2⟧ ;
            signal qty : ⟦ty Option < u64 >⟧ = ⟦expr Some ( 4 )⟧ ;
        }",
    ),
    (
        "computed",
        "#[ derive ( Debug ) ] struct G {
            signal price : u64 = 3 ;
            pub computed total : ⟦ty u64⟧ = ⟦expr price * 2⟧ ;
            computed twice : u64 = total + total ;
            #[ ⟦meta eq ( never )⟧ ] computed lazy : f64 = * total as f64 ;
        }",
    ),
    (
        "equality",
        "#[ derive ( Debug ) ] struct G {
            signal price : u64 = 3 ;
            #[ eq ( ⟦path crate :: grammar :: handed_in :: same⟧ ) ] computed text : String = format ! ( ⟦literal \"{price}{:?}\"⟧ , price ) ;
            effect show { print ( & * text ) ; }
        }",
    ),
    (
        "fields",
        "#[ derive ( Debug ) ] struct G {
            let unit : & 'static str = \"s\" ;
            let mut log : ⟦ty Vec < String >⟧ = Vec :: new ( ) ;
            signal count : u32 = 1 ;
            effect show ⟦block { log . push ( unit . repeat ( * count as usize ) ) ; log . push ( unit . to_string ( ) ) ; }⟧
        }",
    ),
    (
        "kept",
        "#[ derive ( Debug ) ] struct G {
            let mut log : Vec < String > = Vec :: new ( ) ;
            signal count : u32 = 1 ;
            effect kept : ⟦ty String⟧ = { log . push ( format ! ( \"{count}\" ) ) ; log . push ( count . to_string ( ) ) ; log . concat ( ) } ;
        }",
    ),
    (
        "resource",
        "#[ derive ( Debug ) ] struct G {
            signal id : Option < u64 > = Some ( 7 ) ;
            let client : String = String :: new ( ) ;
            resource user = ⟦path fetch :: < u64 >⟧ ( client , ⟦expr ( * id ) ?⟧ ) ;
        }",
    ),
    (
        "manual",
        "#[ derive ( Debug ) ] struct G {
            signal client : String = String :: new ( ) ;
            #[ manual ] #[ keep_previous ( false ) ] resource asked = fetch :: < usize > ( client , client . len ( ) ) ;
            #[ eq ( same ) ] resource text = text ( client ) ;
        }",
    ),
    (
        "parts",
        "#[ derive ( Debug ) ] struct G {
            let client : String = String :: new ( ) ;
            resource user = text ( client ) ;
            computed title : String = match user . value ( ) { Some ( found† ) => found† . clone ( ) , None => String :: new ( ) } ;
            computed state : String = format ! ( \"{:?}{:?}{title}\" , user . status ( ) , user . error ( ) ) ;
        }",
    ),
    (
        "generic",
        "#[ derive ( Debug ) ] struct G < T : Clone + PartialEq + Default , const N : usize > where T : Send {
            signal one : T = T :: default ( ) ;
            computed all : Vec < T > = vec ! [ one . clone ( ) ; N ] ;
            resource held = hold :: < usize > ( all . len ( ) ) ;
        }",
    ),
    (
        "inside",
        "#[ derive ( Debug ) ] struct G {
            let unit : String = String :: new ( ) ;
            signal count : u32 = 1 ;
            pub graph inner : ⟦ty Inner⟧ ( unit , ⟦expr 1 + 1⟧ ) { size : ⟦expr count + 1⟧ , text : count . to_string ( ) } ;
            computed seen : String = format ! ( \"{}{}\" , inner . text ( ) , inner . size ( ) ) ;
            signal anew : u32 = 0 per inner . size ( ) ;
        }",
    ),
    (
        "lists",
        "#[ derive ( Debug ) ] struct G {
            let unit : String = String :: new ( ) ;
            signal ids : Vec < u32 > = vec ! [ 2 , 1 ] ;
            list made : Inner by u32 => | id† | Inner ( unit , id† as usize ) ;
            list shown : ⟦ty Inner⟧ by ⟦ty u32⟧ = ⟦expr ids . clone ( )⟧ => | id† | Inner ( unit , id† as usize ) { size : id† + ⟦expr 1 + 1⟧ , text : ids . len ( ) . to_string ( ) } ;
            computed seen : u32 = shown . each ( Inner :: size ) . sum :: < u32 > ( ) ;
        }",
    ),
    (
        "patterns",
        "#[ derive ( Debug ) ] struct G {
            signal a : u32 = 5 ;
            signal b : [ u32 ; 3 ] = [ 1 , 2 , 3 ] ;
            computed first : u32 = match b { [ one† , ⟦pat ..⟧ ] => * one† } ;
            computed picked : bool = matches ! ( a , ⟦pat 4 | 5⟧ ) ;
            computed cast : u64 = * a as ⟦ty u64⟧ + ⟦expr 1 + 1⟧ * 2 ;
        }",
    ),
    (
        "labels",
        "#[ derive ( Debug ) ] struct G {
            signal b : [ u32 ; 3 ] = [ 1 , 2 , 3 ] ;
            computed looped : u32 = ⟦lifetime 'outer†⟧ : loop { if b [ 0 ] > 0 { break 'outer† b [ 1 ] ; } } ;
            computed labelled : u32 = { let mut n† = 0 ; ⟦lifetime 'all†⟧ : for x† in b { for y† in b { n† += x† * y† ; if n† > 3 { continue 'all† ; } } } n† } ;
        }",
    ),
    (
        "statements",
        "#[ derive ( Debug ) ] struct G {
            signal a : u32 = 5 ;
            computed some : u32 = { ⟦stmt let _ : u32 = 4⟧ ; ⟦stmt let Some ( _ ) = Some ( 1 ) else { return 1 }⟧ ; ⟦stmt assert ! ( * a < 9 )⟧ ; ⟦item fn f ( x† : u32 ) -> u32 { x† }⟧ f ( * a ) } ;
            computed closure : u32 = Some ( 1 ) . map ( | _ | * a ) . unwrap_or ( * a ) ;
        }",
    ),
    (
        "several",
        "struct H { signal a : u8 = 1 ; } #[ derive ( Debug ) ] struct G { signal a : u8 = 2 ; }",
    ),
];

/// The pieces that are handed in at once: each with the name of its fragment, its first word and its end.
struct Group {
    kind: String,
    pieces: Vec<(usize, usize)>,
}

/// The functions a graph may call, and a module for each graph with one group of pieces handed in.
pub(crate) fn modules() -> String {
    let mut text = String::new();
    for (name, graph) in GRAPHS {
        let words: Vec<&str> = graph.split_whitespace().collect();
        let groups = groups(&words);
        writeln!(text, "mod {name} {{").expect("a string");
        for (at, group) in groups.iter().enumerate() {
            let types = match name {
                "generic" => "::<u8, 2>",
                _ => "",
            };
            let (parameters, body, arguments) = macro_of(&words, group);
            writeln!(
                text,
                "mod group_{at} {{\nuse crate::grammar::handed_in::*;\nmacro_rules! graph {{ ({parameters}) => {{ ::signal_kernel::reactive! {{ \
                 {body} }} }} }}\ngraph!({arguments});\npub(super) fn run() -> String {{ crate::grammar::handed_in::shown(G{types}::new()) }} }}"
            )
            .expect("a string");
        }
        writeln!(
            text,
            "pub(super) const RUNS: &[(&str, fn() -> String)] = &["
        )
        .expect("a string");
        let run = groups.iter().enumerate();
        // That a graph of single tokens compiles says enough, and machine code takes the compiler longest.
        for (at, group) in run.filter(|(at, group)| *at == 0 || group.kind != "tt") {
            let (_, _, arguments) = macro_of(&words, group);
            let shown = format!("{} {arguments}", group.kind);
            writeln!(text, "({shown:?}, group_{at}::run),").expect("a string");
        }
        writeln!(text, "]; }}").expect("a string");
    }
    let names = GRAPHS.map(|(name, _)| format!("({name:?}, {name}::RUNS),"));
    writeln!(
        text,
        "const GRAPHS: &[(&str, &[(&str, fn() -> String)])] = &[{}];",
        names.concat()
    )
    .expect("a string");
    text
}

/// The parameters and the body of the macro that hands a group in, and the arguments of its call.
fn macro_of(words: &[&str], group: &Group) -> (String, String, String) {
    let (mut parameters, mut body, mut arguments) = (String::new(), String::new(), String::new());
    let mut at = 0;
    for (number, &(from, to)) in group.pieces.iter().enumerate() {
        let piece = plain(&words[from..to]);
        body += &format!("{}\n$piece_{number}\n", plain(&words[at..from]));
        parameters += &format!("$piece_{number}:{} ", group.kind);
        arguments += &format!("{piece} ");
        at = to;
    }
    let mut rest = plain(&words[at..]);
    if group.kind == "lifetime" {
        rest = rest.replace(arguments.trim_end(), "$piece_0");
    }
    (parameters, body + &rest, arguments.trim_end().to_owned())
}

/// Each fragment, and the rows and columns of the single tokens.
fn groups(words: &[&str]) -> Vec<Group> {
    let (fragments, tokens) = pieces(words);
    let fragments = fragments.into_iter().map(|(kind, from, to)| Group {
        kind,
        pieces: vec![(from, to)],
    });
    let width = (1..).find(|width| width * width >= tokens.len());
    let width = width.expect("a square");
    let place = |&at: &usize| (at, at + 1);
    let columns = (0..width).map(|column| tokens.iter().skip(column).step_by(width));
    let columns = columns.map(|column| column.map(place).collect());
    let rows = tokens
        .chunks(width)
        .map(|row| row.iter().map(place).collect());
    let tokens = columns.chain(rows).map(|pieces| Group {
        kind: "tt".to_owned(),
        pieces,
    });
    fragments.chain(tokens).collect()
}

/// The kind, the first word and the end of each fragment, and the places of the single tokens: a mark counts as no word
/// of its own.
fn pieces(words: &[&str]) -> (Vec<(String, usize, usize)>, Vec<usize>) {
    let (mut fragments, mut tokens) = (Vec::new(), Vec::new());
    for (at, word) in words.iter().enumerate() {
        if let Some(kind) = word.strip_prefix('⟦') {
            let end = words[at..].iter().position(|word| word.ends_with('⟧'));
            fragments.push((kind.to_owned(), at + 1, at + 1 + end.expect("an end")));
            continue;
        }
        let bare = word.trim_end_matches('⟧');
        let is_delimiter = ["(", ")", "[", "]", "{", "}", "#["].contains(&bare);
        // One of each sign is enough: the tokens around it are handed in as well.
        let is_sign = [";", ":", ",", ".", "="].contains(&bare);
        if is_sign && words[..at].contains(word) {
            continue;
        }
        if !is_delimiter && !bare.ends_with('†') {
            tokens.push(at);
        }
    }
    (fragments, tokens)
}

/// The words without the marks.
fn plain(words: &[&str]) -> String {
    let words = words.iter().filter(|word| !word.starts_with('⟦'));
    let words: Vec<&str> = words
        .map(|word| word.trim_end_matches(['⟧', '†']))
        .collect();
    words.join(" ")
}
