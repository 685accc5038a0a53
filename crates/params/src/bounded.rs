//! Declares a struct of integer parameters together with the bounds of each field, so that none can be without.

/// A struct whose fields read `name: type in min..=max`. Besides the struct it defines `BOUNDS`, in the order of the fields, and `bounded_values`.
macro_rules! bounded_params {
    ($(#[$struct_meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $kind:ident in $bounds:expr,)+ }) => {
        $(#[$struct_meta])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $kind,)+
        }

        impl $name {
            /// Each field with the values that it may take, both ends included.
            pub const BOUNDS: &'static [(&'static str, core::ops::RangeInclusive<u64>)] = &[$((stringify!($field), $bounds)),+];

            /// The fields' values, in the order of [`Self::BOUNDS`].
            pub(crate) fn bounded_values(&self) -> impl Iterator<Item = u64> {
                [$(u64::from(self.$field)),+].into_iter()
            }
        }
    };
}

pub(crate) use bounded_params;
