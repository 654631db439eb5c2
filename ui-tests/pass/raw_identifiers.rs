#![allow(dead_code)]

use signal_kernel::{reactive, resource};

#[resource]
async fn r#loop(r#in: u64) -> Result<u64, String> {
    Ok(r#in)
}

reactive! {
    #[derive(Debug)]
    pub struct r#Struct {
        let r#let: u64;
        let mut r#mut: u64 = 0;
        pub signal r#type: u64 = 3;
        pub computed r#match: u64 = r#type * 2 + r#let;
        pub computed text: String = format!("{type} {match}");
        pub resource r#async = r#loop(r#type);
        effect r#move { *r#mut += *r#match; }
        signal signal: u64 = 1;
        computed computed: u64 = *signal;
        resource resource = r#loop(signal, );
        effect effect { println!("{signal} {computed}"); }
    }
}

fn main() {
    let mut graph = r#Struct::new(1);
    graph.set_type(4);
    assert_eq!((*graph.r#match(), graph.text().as_str()), (9, "4 9"));
    assert_eq!(*graph.r#mut(), 7 + 9);
    *graph.mut_mut() = 1;
    graph.update_signal(|signal| *signal += 1);
    graph.reload_async();
    assert!(graph.r#async().is_pending());
}
