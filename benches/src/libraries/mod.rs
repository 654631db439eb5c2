//! One adapter for each library that tracks dependencies by itself.
//!
//! Invariants: an adapter uses the library's ordinary public interface and its cheapest documented handles.
//!
//! Must not know: the workloads.

pub mod dynamic;

#[cfg(feature = "peers")]
pub mod alien;
#[cfg(feature = "peers")]
pub mod dioxus;
#[cfg(feature = "peers")]
pub mod floem;
#[cfg(feature = "peers")]
pub mod leptos;
#[cfg(feature = "peers")]
pub mod sycamore;

/// Calls `$each!(Adapter)` for every adapter of this build, ours first.
#[macro_export]
macro_rules! for_each_library {
    ($each:ident) => {
        $each!($crate::libraries::dynamic::Dynamic);
        #[cfg(feature = "peers")]
        {
            $each!($crate::libraries::alien::Alien);
            $each!($crate::libraries::leptos::Immediate);
            $each!($crate::libraries::leptos::Ticked);
            $each!($crate::libraries::sycamore::Sycamore);
            $each!($crate::libraries::floem::Floem);
            $each!($crate::libraries::dioxus::Dioxus);
        }
    };
}
