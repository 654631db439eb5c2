//! A graph inside a graph of more nodes than a machine word has bits, and of so many that it is kept in chunks.
//!
//! Must not know: the rules of a small graph, which are tested for themselves.

use signal_kernel::{Part, reactive};
use signal_kernel_tests::{
    gate::Gates,
    log::{Log, NOTHING},
    poll,
    profile::fetch,
};

reactive! {
    pub struct Leaf {
        let gates: Gates;
        pub signal first: u64 = 0;
        pub signal last: u64 = 0;
        pub signal own: u64 = 1;
        pub computed sum: u64 = first + last + own;
        pub resource user = fetch(gates.open(own));
    }
}

macro_rules! large {
    ($name:ident: $($node:ident = $before:ident),* ; $last:ident) => {
        reactive! {
            struct $name {
                let log: Log;
                let gates: Gates;
                signal n: u64 = 1;
                graph given: Leaf;
                $( #[eager] computed $node: u64 = $before + 1; )*
                graph leaf: Leaf(gates) { first: *n, last: *$last };
                computed after: u64 = leaf.sum() + given.own();
                computed lazily: u64 = after + leaf.own();
                signal anew: u64 = 7 per leaf.own();
                effect show { log.push(format!("{after} {}", leaf.user().status())); }
            }
        }
    };
}

large! {
    Words: a1 = n, a2 = a1, a3 = a2, a4 = a3, a5 = a4, a6 = a5, a7 = a6, a8 = a7, a9 = a8, a10 = a9, a11 = a10, a12 = a11,
    a13 = a12, a14 = a13, a15 = a14, a16 = a15, a17 = a16, a18 = a17, a19 = a18, a20 = a19, a21 = a20, a22 = a21,
    a23 = a22, a24 = a23, a25 = a24, a26 = a25, a27 = a26, a28 = a27, a29 = a28, a30 = a29, a31 = a30, a32 = a31,
    a33 = a32, a34 = a33, a35 = a34, a36 = a35, a37 = a36, a38 = a37, a39 = a38, a40 = a39, a41 = a40, a42 = a41,
    a43 = a42, a44 = a43, a45 = a44, a46 = a45, a47 = a46, a48 = a47, a49 = a48, a50 = a49, a51 = a50, a52 = a51,
    a53 = a52, a54 = a53, a55 = a54, a56 = a55, a57 = a56, a58 = a57, a59 = a58, a60 = a59, a61 = a60, a62 = a61;
    a62
}

large! {
    Chunks: a1 = n, a2 = a1, a3 = a2, a4 = a3, a5 = a4, a6 = a5, a7 = a6, a8 = a7, a9 = a8, a10 = a9,
    a11 = a10, a12 = a11, a13 = a12, a14 = a13, a15 = a14, a16 = a15, a17 = a16, a18 = a17, a19 = a18, a20 = a19,
    a21 = a20, a22 = a21, a23 = a22, a24 = a23, a25 = a24, a26 = a25, a27 = a26, a28 = a27, a29 = a28, a30 = a29,
    a31 = a30, a32 = a31, a33 = a32, a34 = a33, a35 = a34, a36 = a35, a37 = a36, a38 = a37, a39 = a38, a40 = a39,
    a41 = a40, a42 = a41, a43 = a42, a44 = a43, a45 = a44, a46 = a45, a47 = a46, a48 = a47, a49 = a48, a50 = a49,
    a51 = a50, a52 = a51, a53 = a52, a54 = a53, a55 = a54, a56 = a55, a57 = a56, a58 = a57, a59 = a58, a60 = a59,
    a61 = a60, a62 = a61, a63 = a62, a64 = a63, a65 = a64, a66 = a65, a67 = a66, a68 = a67, a69 = a68, a70 = a69,
    a71 = a70, a72 = a71, a73 = a72, a74 = a73, a75 = a74, a76 = a75, a77 = a76, a78 = a77, a79 = a78, a80 = a79,
    a81 = a80, a82 = a81, a83 = a82, a84 = a83, a85 = a84, a86 = a85, a87 = a86, a88 = a87, a89 = a88, a90 = a89,
    a91 = a90, a92 = a91, a93 = a92, a94 = a93, a95 = a94, a96 = a95, a97 = a96, a98 = a97, a99 = a98, a100 = a99,
    a101 = a100, a102 = a101, a103 = a102, a104 = a103, a105 = a104, a106 = a105, a107 = a106, a108 = a107, a109 = a108, a110 = a109,
    a111 = a110, a112 = a111, a113 = a112, a114 = a113, a115 = a114, a116 = a115, a117 = a116, a118 = a117, a119 = a118, a120 = a119,
    a121 = a120, a122 = a121, a123 = a122, a124 = a123, a125 = a124, a126 = a125, a127 = a126, a128 = a127, a129 = a128, a130 = a129,
    a131 = a130, a132 = a131, a133 = a132, a134 = a133, a135 = a134, a136 = a135, a137 = a136, a138 = a137, a139 = a138, a140 = a139; a140
}

macro_rules! a_large_graph_holds_graphs {
    ($test:ident: $name:ident, $length:literal) => {
        #[test]
        fn $test() {
            let (log, work) = (Log::new(), Log::new());
            let gates = Gates::new("user", &work);
            let given: Part<Leaf> = Leaf::part(gates.clone());
            let mut graph = $name::new(log.clone(), gates.clone(), given);
            let sum = |n: u64| n + (n + $length) + 1;
            let shown = |n: u64, status: &str| format!("{} {status}", sum(n) + 1);
            assert_eq!(log.take(), [shown(1, "pending")]);
            assert_eq!(*graph.lazily(), sum(1) + 2);
            graph.set_n(3);
            assert_eq!(log.take(), [shown(3, "pending")]);
            graph.set_anew(8);
            graph.update_given(|leaf| leaf.set_own(1));
            assert_eq!(log.take(), NOTHING);
            let failed = graph.transaction(|graph| {
                graph.set_n(9);
                graph.leaf_mut().set_own(5);
                Err::<(), ()>(())
            });
            assert!(failed.is_err() && log.take().is_empty());
            assert_eq!((*graph.anew(), *graph.lazily()), (8, sum(3) + 2));
            graph.update_leaf(|leaf| leaf.set_own(2));
            assert_eq!((*graph.anew(), *graph.lazily()), (7, sum(3) + 1 + 1 + 2));
            log.clear();
            gates.ok(gates.created(), 4);
            assert!(poll!(graph).is_ready());
            assert_eq!(log.take().len(), 1);
        }
    };
}

a_large_graph_holds_graphs!(a_graph_of_two_words_holds_graphs: Words, 62);
a_large_graph_holds_graphs!(a_graph_in_chunks_holds_graphs: Chunks, 140);
