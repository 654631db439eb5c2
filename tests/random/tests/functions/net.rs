//! The net itself: a fault is found, and its program is shrunk within a limit of attempts.

use signal_kernel_random::{Settings, try_seed};

#[test]
fn a_model_that_is_wrong_is_noticed_and_the_program_is_short() {
    let settings = Settings {
        steps: 120,
        wrong_model: true,
        ..Settings::default()
    };
    let mut found = 0;
    for seed in 0..20 {
        let Err((report, steps, attempts)) = try_seed(settings, seed) else {
            continue;
        };
        found += 1;
        assert!(report.contains("should be"), "{report}");
        assert!(steps <= 8, "{steps} steps:\n{report}");
        assert!(attempts <= 3000, "{attempts} attempts");
    }
    assert!(found > 10, "{found} of 20 programs fail");
}
