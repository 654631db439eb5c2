//! Graphs inside: of private types, generic, named like ours, and one that nothing reads.

#![deny(warnings)]

use signal_kernel::{Part, Reactive, reactive};

reactive! {
    #[derive(Debug)]
    pub struct App {
        pub let graph: u32;
        pub signal signal: u32 = 1;
        pub graph list: Private(graph) { feed: *signal };
        pub graph part_: inner::Deep<u32>(Vec::new(), 0) { value: signal + 1 };
        graph per: Private(2);
        pub computed by: u32 = list.graph() + *list.feed() + per.total();
        effect show { let _ = (by, part_.value()); }
    }

    #[derive(Debug)]
    struct Private {
        let graph: u32;
        signal feed: u32 = 0;
        computed total: u32 = graph + feed;
        effect show { let _ = total; }
    }

    /// A frame around any graph.
    pub struct Frame<G: Reactive, T: Clone + PartialEq + 'static> {
        pub graph inner: G;
        pub graph deep: inner::Deep<T>;
        pub signal title: T;
    }
}

mod inner {
    use signal_kernel::reactive;

    reactive! {
        #[derive(Debug)]
        pub struct Deep<T: Clone + PartialEq + 'static> {
            pub let history: Vec<T>;
            pub signal value: T;
        }
    }
}

fn title<G: Reactive>(frame: &mut FrameBatch<'_, G, String>) -> usize {
    frame.set_title("changed".to_owned());
    frame.deep_mut().set_value("deep".to_owned());
    frame.title().len()
}

fn main() {
    let mut app = App::new(7);
    app.set_signal(3);
    app.update_list(|list| list.set_feed(4));
    assert_eq!(*app.by(), 7 + 4 + 2);
    let deep = inner::Deep::part(Vec::new(), "first".to_owned());
    let mut frame = Frame::new(Part::from(app), deep, String::new());
    assert_eq!(frame.batch(title), 7);
    frame.update_inner(|app| app.list_mut().set_feed(1));
    assert_eq!(*frame.inner().by(), 10);
    assert_eq!(frame.deep().value(), "deep");
    let Frame { .. } = frame;
}
