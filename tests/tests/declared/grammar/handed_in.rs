//! Graphs of which one piece comes from the caller of a `macro_rules!`: each token in turn, and each fragment.
//!
//! A graph is written with a space between its tokens. `⟦ty Vec < u64 >⟧` is a fragment of that kind, handed in whole;
//! its tokens are handed in one by one as well,
//! but for those with a `†`: names of locals and labels, which have the hygiene of their place. A label that is a fragment
//! is handed in at each of its places. Part of the build script, which prints the macros.
//!
//! Must not know: what the macro makes of a graph.

use std::fmt::Write;

/// A name, and the graph, whose struct is called `G`.
const GRAPHS: [(&str, &str); 13] = [
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

/// The functions a graph may call, and a module for each graph with one piece of it handed in.
pub(crate) fn modules() -> String {
    let mut text = String::new();
    for (name, graph) in GRAPHS {
        let words: Vec<&str> = graph.split_whitespace().collect();
        let pieces = pieces(&words);
        writeln!(text, "mod {name} {{").expect("a string");
        for (at, (kind, from, to)) in pieces.iter().enumerate() {
            let piece = plain(&words[*from..*to]);
            let (before, mut after) = (plain(&words[..*from]), plain(&words[*to..]));
            if kind == "lifetime" {
                after = after.replace(&piece, "$piece");
            }
            let types = match name {
                "generic" => "::<u8, 2>",
                _ => "",
            };
            writeln!(
                text,
                "mod piece_{at} {{\nuse crate::grammar::handed_in::*;\nmacro_rules! graph {{ ($piece:{kind}) => {{ ::signal_kernel::reactive! {{ \
                 {before}\n$piece\n{after} }} }} }}\ngraph!({piece});\npub(super) fn run() -> String {{ crate::grammar::handed_in::shown(G{types}::new()) }} }}"
            )
            .expect("a string");
        }
        writeln!(
            text,
            "pub(super) const RUNS: &[(&str, fn() -> String)] = &["
        )
        .expect("a string");
        let run = pieces.iter().enumerate();
        // That a graph of single tokens compiles says enough, and machine code takes the compiler longest.
        let run = run.filter(|(at, (kind, _, _))| *at == 0 || kind != "tt");
        for (at, (kind, from, to)) in run {
            let shown = format!("{kind} {}", plain(&words[*from..*to]));
            writeln!(text, "({shown:?}, piece_{at}::run),").expect("a string");
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

/// Kind, first word and end of each piece: a mark counts as no word of its own.
fn pieces(words: &[&str]) -> Vec<(String, usize, usize)> {
    let mut pieces = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if let Some(kind) = word.strip_prefix('⟦') {
            let end = words[at..].iter().position(|word| word.ends_with('⟧'));
            pieces.push((kind.to_owned(), at + 1, at + 1 + end.expect("an end")));
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
            pieces.push(("tt".to_owned(), at, at + 1));
        }
    }
    pieces
}

/// The words without the marks.
fn plain(words: &[&str]) -> String {
    let words = words.iter().filter(|word| !word.starts_with('⟦'));
    let words: Vec<&str> = words
        .map(|word| word.trim_end_matches(['⟧', '†']))
        .collect();
    words.join(" ")
}
