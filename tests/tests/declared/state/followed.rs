//! The state of lists that follow their keys: rows that come with the keys of a restore have their states (BEHAVIOURS, S).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::{Shared, reactive};
use signal_kernel_tests::{
    gate::Gates,
    log::{Log, NOTHING},
    panics::panic_of,
    profile::fetch,
};

reactive! {
    #[state(SavedDraft, derive(Clone, Debug, PartialEq))]
    struct Draft {
        let log: Log;
        let gates: Gates;
        let id: u64;
        signal text: String = "new".to_owned();
        signal seed: u64 = 0;
        signal lines: usize = 1 per text;
        #[state(skip)]
        signal dark: bool = false;
        resource size = fetch(gates.open(seed));
        effect show { log.push(format!("{id} {text} {lines} {dark}")); }
    }

    /// A form that is open, or none.
    #[state(SavedDesk, derive(Clone, Debug, PartialEq))]
    struct Desk {
        let log: Log;
        let gates: Gates;
        signal dark: bool = false;
        signal open: Option<u64> = None;
        signal hidden: bool = false;
        list form: Draft by u64 = shown(open, hidden) => |id| Draft(log, gates, made(log, id)) {
            dark: *dark,
            seed: id * 10,
        };
        computed texts: String = form.each(Draft::text).cloned().collect::<Vec<_>>().concat();
        effect show { log.push(format!("form {texts}")); }
    }

    /// Lists that follow, in the rows of one that follows and in a graph inside.
    #[state(SavedOffice, derive(Clone, Debug, PartialEq))]
    struct Office {
        let log: Log;
        let gates: Gates;
        signal ids: Vec<u64> = Vec::new();
        list desks: Desk by u64 = ids.clone() => |_| Desk(log, gates);
        graph own: Desk(log, gates);
    }
}

/// The maker of row 13 panics.
fn made(log: &Log, id: u64) -> u64 {
    log.push(format!("make {id}"));
    assert!(id != 13, "no row 13");
    id
}

fn shown(open: &Option<u64>, hidden: &bool) -> Option<u64> {
    assert!(*open != Some(666), "no such keys");
    open.filter(|_| !hidden)
}

fn desk() -> (Desk, Log, Gates) {
    let (log, gates) = (Log::new(), Gates::new("size", &Log::new()));
    let mut desk = Desk::new(log.clone(), gates.clone());
    open(&mut desk, 7);
    log.clear();
    (desk, log, gates)
}

/// Opens a form and writes into it.
fn open(desk: &mut Desk, id: u64) {
    desk.set_open(Some(id));
    desk.update_form(|form| {
        let mut form = form.row_mut(&id).expect("a row");
        form.set_text(format!("text {id}"));
        form.set_seed(1);
    });
    desk.update_form(|form| form.row_mut(&id).expect("a row").set_lines(3));
}

fn draft(text: &str, lines: usize) -> SavedDraft {
    let (text, seed) = (text.to_owned(), 1);
    SavedDraft { text, seed, lines }
}

#[test]
fn a_row_that_comes_with_the_restored_keys_has_its_state() {
    let (mut desk, log, _) = desk();
    let saved = desk.state();
    assert_eq!(saved.form, [(7, draft("text 7", 3))]);
    desk.set_dark(true);
    desk.set_open(None);
    log.clear();
    desk.restore(saved.clone());
    assert_eq!(log.take(), ["make 7", "7 text 7 3 false", "form text 7"]);
    assert_eq!(desk.state(), saved);
    desk.restore(saved);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn a_row_of_other_keys_makes_room() {
    let (mut desk, log, _) = desk();
    let saved = desk.state();
    open(&mut desk, 8);
    log.clear();
    desk.restore(saved.clone());
    assert_eq!(log.take(), ["make 7", "7 text 7 3 false", "form text 7"]);
    assert_eq!(desk.state(), saved);
    assert_eq!(desk.form().len(), 1);
}

#[test]
fn undo_and_redo_are_lists_of_states() {
    let (mut desk, _, _) = desk();
    let mut states = vec![desk.state()];
    for id in [8, 9, 7, 8] {
        desk.set_open(None);
        states.push(desk.state());
        open(&mut desk, id);
        states.push(desk.state());
    }
    let jumps = [0, 5, 2, 7, 1, 8, 3].map(|at| &states[at]);
    for state in states.iter().rev().chain(&states).chain(jumps) {
        desk.restore(state.clone());
        assert_eq!(desk.state(), *state);
    }
}

#[test]
fn the_work_of_such_a_row_starts_once_with_its_state() {
    let (mut desk, _, gates) = desk();
    let saved = desk.state();
    desk.set_open(None);
    assert_eq!(gates.alive(), 0);
    desk.restore(saved);
    assert_eq!(gates.alive(), 1);
    gates.ok(gates.created(), 5);
    futures::executor::block_on(desk.settled());
    let row = desk.form().get(&7).expect("a row");
    assert_eq!(row.size().value(), Some(&5));
}

#[test]
fn a_row_that_the_keys_do_not_name_is_dropped() {
    let (mut desk, log, gates) = desk();
    let mut saved = desk.state();
    saved.form.push((9, draft("nine", 1)));
    for hidden in [false, true] {
        desk.set_open(None);
        desk.set_hidden(hidden);
        saved.hidden = hidden;
        log.clear();
        desk.restore(saved.clone());
        let keys: Vec<u64> = desk.form().keys().copied().collect();
        assert_eq!(keys, if hidden { vec![] } else { vec![7] });
        let log: Vec<String> = log.take();
        assert!(log.iter().all(|line| !line.starts_with("9 ")), "{log:?}");
        assert_eq!(gates.alive(), keys.len());
    }
    // its state is not kept for later
    desk.set_hidden(false);
    assert_eq!(desk.form().get(&7).expect("a row").text(), "new");
    desk.set_open(Some(9));
    assert_eq!(desk.form().get(&9).expect("a row").text(), "new");
}

#[test]
fn a_row_is_dropped_where_the_keys_do_not_change() {
    let (mut desk, log, gates) = desk();
    let mut saved = desk.state();
    saved.form = vec![(9, draft("nine", 1)), (7, draft("seven", 2))];
    desk.restore(saved);
    assert_eq!(desk.form().keys().collect::<Vec<_>>(), [&7]);
    assert_eq!(gates.alive(), 1);
    assert_eq!(desk.texts(), "seven");
    let log: Vec<String> = log.take();
    assert_eq!(log[log.len() - 2..], ["7 seven 2 false", "form seven"]);
}

#[test]
fn keys_that_panic_leave_the_list_as_it_was() {
    let (mut desk, log, gates) = desk();
    let mut saved = desk.state();
    saved.open = Some(666);
    saved.form = vec![(666, draft("none", 1)), (7, draft("seven", 2))];
    let text = panic_of(|| desk.restore(saved.clone()));
    assert_eq!(text, "no such keys");
    assert_eq!(desk.form().keys().collect::<Vec<_>>(), [&7]);
    assert_eq!((desk.texts().as_str(), gates.alive()), ("seven", 1));
    log.clear();
    saved.open = Some(7);
    saved.form.remove(0);
    desk.restore(saved.clone());
    assert_eq!(desk.state(), saved);
}

#[test]
fn a_maker_that_panics_costs_its_row_alone() {
    let (mut desk, log, _) = desk();
    let saved = desk.state();
    let mut unlucky = saved.clone();
    unlucky.open = Some(13);
    unlucky.dark = true;
    unlucky.form = vec![(13, draft("thirteen", 1))];
    let text = panic_of(|| desk.restore(unlucky.clone()));
    assert_eq!(text, "no row 13");
    assert!(desk.form().is_empty());
    assert!(desk.dark());
    log.clear();
    desk.restore(saved.clone());
    assert_eq!(log.take(), ["make 7", "7 text 7 3 false", "form text 7"]);
    assert_eq!(desk.state(), saved);
}

#[test]
fn with_state_makes_the_rows_of_the_keys_alone() {
    let (desk, _, _) = desk();
    let mut saved = desk.state();
    saved.form.insert(0, (9, draft("nine", 1)));
    let log = Log::new();
    let mut other = Desk::with_state(log.clone(), Gates::new("size", &Log::new()), saved.clone());
    assert_eq!(log.take(), ["make 7", "7 text 7 3 false", "form text 7"]);
    other.set_open(Some(9));
    assert_eq!(&**other.texts(), "new");
}

#[test]
fn lists_in_rows_and_in_graphs_inside_have_their_rows_back() {
    let (log, gates) = (Log::new(), Gates::new("size", &Log::new()));
    let mut office = Office::new(log.clone(), gates.clone());
    let mut states = vec![office.state()];
    office.set_ids(vec![1, 2]);
    office.update_desks(|desks| {
        desks.row_mut(&1).expect("a row").set_open(Some(10));
        desks.row_mut(&2).expect("a row").set_open(Some(20));
    });
    office.update_own(|own| own.set_open(Some(30)));
    office.batch(|office| {
        let mut desks = office.desks_mut();
        for (desk, form) in [(1, 10), (2, 20)] {
            let mut desk = desks.row_mut(&desk).expect("a row");
            let mut forms = desk.form_mut();
            let mut form = forms.row_mut(&form).expect("a row");
            form.set_text("written".to_owned());
        }
        drop(desks);
        let mut own = office.own_mut();
        let mut forms = own.form_mut();
        let mut form = forms.row_mut(&30).expect("a row");
        form.set_text("inside".to_owned());
    });
    states.push(office.state());
    office.set_ids(vec![2]);
    office.update_own(|own| own.set_open(None));
    states.push(office.state());
    log.clear();
    for state in states.iter().chain(states.iter().rev()).cycle().take(12) {
        office.restore(state.clone());
        assert_eq!(office.state(), *state);
    }
}

#[test]
fn a_graph_in_a_shared_one_has_its_rows_back() {
    let (desk, log, _) = desk();
    let saved = desk.state();
    let desk = Shared::new(desk);
    desk.update(|desk| desk.set_open(None));
    log.clear();
    desk.update(|desk| desk.restore(saved.clone()));
    assert_eq!(desk.read(|desk| desk.state()), saved);
    assert_eq!(log.take(), ["make 7", "7 text 7 3 false", "form text 7"]);
}
