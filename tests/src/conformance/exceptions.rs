//! What Prism itself cannot do, each with its reason. An entry that would pass is an error.

use super::Mode;
use crate::Api;

/// A mode of an operation that is not judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exception {
    pub(super) api: Api,
    pub(super) operation: &'static str,
    pub(super) mode: Mode,
    pub(super) reason: &'static str,
}

const EMPTY_FORM: &str = "the body is required and no field is: Prism takes the empty form that is sent for no body at all. \
    That it is sent is tested with the client's bodies; `full` covers the operation";
const NO_FILE: &str = "an upload without a file is a form without parts, which Prism takes for no body at all. `full` \
    covers the operation";
const CUT: &str = "Prism cuts its fixed sample at its depth limit, which leaves an amount empty. `dynamic` covers the answer, and \
    tests/tests/it/documented.rs reads it with every field";

pub(super) const EXCEPTIONS: &[Exception] = &[
    frontend("UpdateOrganizationMembership", Mode::Minimal, EMPTY_FORM),
    frontend("createOrganization", Mode::Minimal, EMPTY_FORM),
    frontend("removePassword", Mode::Minimal, EMPTY_FORM),
    frontend("revokeOAuthToken", Mode::Minimal, EMPTY_FORM),
    frontend("updateMeEnterpriseConnection", Mode::Minimal, EMPTY_FORM),
    frontend("updateOrganization", Mode::Minimal, EMPTY_FORM),
    frontend(
        "updateOrganizationEnterpriseConnection",
        Mode::Minimal,
        EMPTY_FORM,
    ),
    frontend("updateOrganizationLogo", Mode::Minimal, NO_FILE),
    frontend("updateProfileImage", Mode::Minimal, NO_FILE),
    Exception {
        api: Api::Backend,
        operation: "SetUserProfileImage",
        mode: Mode::Minimal,
        reason: NO_FILE,
    },
    frontend("GetUserStatements", Mode::Minimal, CUT),
    frontend("GetUserStatements", Mode::Full, CUT),
    frontend("GetUserStatements", Mode::Statuses, CUT),
    frontend("GetOrganizationStatements", Mode::Minimal, CUT),
    frontend("GetOrganizationStatements", Mode::Full, CUT),
    frontend("GetOrganizationStatements", Mode::Statuses, CUT),
];

const fn frontend(operation: &'static str, mode: Mode, reason: &'static str) -> Exception {
    Exception {
        api: Api::Frontend,
        operation,
        mode,
        reason,
    }
}

/// Returns the entry of an operation and a mode.
pub(super) fn find(api: Api, operation: &str, mode: Mode) -> Option<&'static Exception> {
    EXCEPTIONS.iter().find(|exception| {
        exception.api == api && exception.operation == operation && exception.mode == mode
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_names_an_operation_once() {
        for (index, entry) in EXCEPTIONS.iter().enumerate() {
            let Exception {
                api,
                operation,
                mode,
                reason,
            } = *entry;
            assert!(api.response(operation).is_some(), "{operation}");
            assert!(!reason.is_empty());
            let first = EXCEPTIONS.iter().position(|known| {
                (known.api, known.operation, known.mode) == (api, operation, mode)
            });
            assert_eq!(first, Some(index), "{operation} {mode} is there twice");
            assert!(find(api, operation, mode).is_some());
        }
        assert!(find(Api::Backend, "GetUser", Mode::Full).is_none());
    }
}
