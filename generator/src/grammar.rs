//! What an OpenAPI 3.0.3 document may hold, as far as Clerk's documents use it: one table for each
//! kind of object, in the order in which `spec/` writes the keys.
//!
//! `check` reports everything outside the tables, `import` keeps what they call facts. Names of
//! properties, statuses and the like are keys of a [`Shape::Map`], so a property that happens to be
//! called `description` is never taken for prose.

/// The kind of JSON value in one place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Any value: `default` and extensions.
    Any,
    Text,
    Bool,
    /// A whole number from 0.
    Count,
    Number,
    List(&'static Shape),
    /// An object whose keys are names.
    Map(Names, &'static Shape),
    Object(&'static Object),
    /// `additionalProperties`.
    BoolOr(&'static Object),
}

/// What the keys of a map name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// Anything at all.
    Free,
    Path,
    Status,
    Component,
    RequestMedia,
    ResponseMedia,
    /// Security schemes, declared in the components.
    Scheme,
}

/// One kind of object.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) kind: Kind,
    /// What errors call it, with its article.
    pub(crate) what: &'static str,
    /// Where in `components` a `$ref` in its place may point.
    pub(crate) section: Option<&'static str>,
    pub(crate) keys: &'static [Key],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Root,
    Info,
    Server,
    ServerVariable,
    Tag,
    Components,
    PathItem,
    Operation,
    Parameter,
    RequestBody,
    MediaType,
    Response,
    Header,
    Schema,
    Discriminator,
    SecurityScheme,
}

#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A fact that must be there.
    Required,
    /// A fact that may be there.
    Optional,
    /// Text for people, no part of the interface.
    Prose,
    /// Text for people that OpenAPI demands.
    RequiredProse,
}

impl Object {
    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// Whether a key is an extension, which OpenAPI allows in every object.
pub(crate) fn is_extension(key: &str) -> bool {
    key.starts_with("x-")
}

const fn required(name: &'static str, shape: Shape) -> Key {
    Key {
        name,
        shape,
        role: Role::Required,
    }
}

const fn fact(name: &'static str, shape: Shape) -> Key {
    Key {
        name,
        shape,
        role: Role::Optional,
    }
}

const fn prose(name: &'static str, shape: Shape) -> Key {
    Key {
        name,
        shape,
        role: Role::Prose,
    }
}

const fn required_prose(name: &'static str, shape: Shape) -> Key {
    Key {
        name,
        shape,
        role: Role::RequiredProse,
    }
}

pub(crate) static ROOT: Object = Object {
    kind: Kind::Root,
    what: "the document",
    section: None,
    keys: &[
        required("openapi", Shape::Text),
        required("info", Shape::Object(&INFO)),
        prose("externalDocs", Shape::Any),
        fact("servers", Shape::List(&Shape::Object(&SERVER))),
        fact("security", SECURITY),
        fact("tags", Shape::List(&Shape::Object(&TAG))),
        required("paths", Shape::Map(Names::Path, &Shape::Object(&PATH_ITEM))),
        fact("components", Shape::Object(&COMPONENTS)),
    ],
};

static INFO: Object = Object {
    kind: Kind::Info,
    what: "an info object",
    section: None,
    keys: &[
        required_prose("title", Shape::Text),
        required("version", Shape::Text),
        prose("summary", Shape::Text),
        prose("description", Shape::Text),
        prose("termsOfService", Shape::Text),
        prose("contact", Shape::Any),
        prose("license", Shape::Any),
    ],
};

static SERVER: Object = Object {
    kind: Kind::Server,
    what: "a server",
    section: None,
    keys: &[
        required("url", Shape::Text),
        fact(
            "variables",
            Shape::Map(Names::Free, &Shape::Object(&SERVER_VARIABLE)),
        ),
        prose("description", Shape::Text),
    ],
};

static SERVER_VARIABLE: Object = Object {
    kind: Kind::ServerVariable,
    what: "a server variable",
    section: None,
    keys: &[
        required("default", Shape::Text),
        fact("enum", Shape::List(&Shape::Text)),
        prose("description", Shape::Text),
    ],
};

static TAG: Object = Object {
    kind: Kind::Tag,
    what: "a tag",
    section: None,
    keys: &[
        required("name", Shape::Text),
        prose("description", Shape::Text),
        prose("externalDocs", Shape::Any),
    ],
};

const SECURITY: Shape = Shape::List(&Shape::Map(Names::Scheme, &Shape::List(&Shape::Text)));

static COMPONENTS: Object = Object {
    kind: Kind::Components,
    what: "the components",
    section: None,
    keys: &[
        fact(
            "securitySchemes",
            Shape::Map(Names::Component, &Shape::Object(&SECURITY_SCHEME)),
        ),
        fact(
            "parameters",
            Shape::Map(Names::Component, &Shape::Object(&PARAMETER)),
        ),
        fact(
            "requestBodies",
            Shape::Map(Names::Component, &Shape::Object(&REQUEST_BODY)),
        ),
        fact(
            "responses",
            Shape::Map(Names::Component, &Shape::Object(&RESPONSE)),
        ),
        fact(
            "headers",
            Shape::Map(Names::Component, &Shape::Object(&HEADER)),
        ),
        fact(
            "schemas",
            Shape::Map(Names::Component, &Shape::Object(&SCHEMA)),
        ),
        prose("examples", Shape::Any),
    ],
};

static PATH_ITEM: Object = Object {
    kind: Kind::PathItem,
    what: "a path item",
    section: None,
    keys: &[
        prose("summary", Shape::Text),
        prose("description", Shape::Text),
        fact("get", Shape::Object(&OPERATION)),
        fact("post", Shape::Object(&OPERATION)),
        fact("put", Shape::Object(&OPERATION)),
        fact("patch", Shape::Object(&OPERATION)),
        fact("delete", Shape::Object(&OPERATION)),
    ],
};

static OPERATION: Object = Object {
    kind: Kind::Operation,
    what: "an operation",
    section: None,
    keys: &[
        fact("tags", Shape::List(&Shape::Text)),
        required("operationId", Shape::Text),
        prose("summary", Shape::Text),
        prose("description", Shape::Text),
        prose("externalDocs", Shape::Any),
        fact("deprecated", Shape::Bool),
        fact("security", SECURITY),
        fact("parameters", Shape::List(&Shape::Object(&PARAMETER))),
        fact("requestBody", Shape::Object(&REQUEST_BODY)),
        required(
            "responses",
            Shape::Map(Names::Status, &Shape::Object(&RESPONSE)),
        ),
    ],
};

static PARAMETER: Object = Object {
    kind: Kind::Parameter,
    what: "a parameter",
    section: Some("parameters"),
    keys: &[
        required("name", Shape::Text),
        required("in", Shape::Text),
        prose("description", Shape::Text),
        fact("required", Shape::Bool),
        fact("deprecated", Shape::Bool),
        fact("allowEmptyValue", Shape::Bool),
        fact("style", Shape::Text),
        fact("explode", Shape::Bool),
        required("schema", Shape::Object(&SCHEMA)),
        prose("example", Shape::Any),
        prose("examples", Shape::Any),
    ],
};

static REQUEST_BODY: Object = Object {
    kind: Kind::RequestBody,
    what: "a request body",
    section: Some("requestBodies"),
    keys: &[
        prose("description", Shape::Text),
        fact("required", Shape::Bool),
        required(
            "content",
            Shape::Map(Names::RequestMedia, &Shape::Object(&MEDIA_TYPE)),
        ),
    ],
};

static MEDIA_TYPE: Object = Object {
    kind: Kind::MediaType,
    what: "a media type",
    section: None,
    keys: &[
        required("schema", Shape::Object(&SCHEMA)),
        prose("example", Shape::Any),
        prose("examples", Shape::Any),
    ],
};

static RESPONSE: Object = Object {
    kind: Kind::Response,
    what: "a response",
    section: Some("responses"),
    keys: &[
        required_prose("description", Shape::Text),
        fact("headers", Shape::Map(Names::Free, &Shape::Object(&HEADER))),
        fact(
            "content",
            Shape::Map(Names::ResponseMedia, &Shape::Object(&MEDIA_TYPE)),
        ),
    ],
};

static HEADER: Object = Object {
    kind: Kind::Header,
    what: "a header",
    section: Some("headers"),
    keys: &[
        prose("description", Shape::Text),
        fact("required", Shape::Bool),
        fact("deprecated", Shape::Bool),
        required("schema", Shape::Object(&SCHEMA)),
        prose("example", Shape::Any),
        prose("examples", Shape::Any),
    ],
};

pub(crate) static SCHEMA: Object = Object {
    kind: Kind::Schema,
    what: "a schema",
    section: Some("schemas"),
    keys: &[
        prose("title", Shape::Text),
        prose("description", Shape::Text),
        fact("type", Shape::Text),
        fact("format", Shape::Text),
        fact("nullable", Shape::Bool),
        fact("deprecated", Shape::Bool),
        fact("readOnly", Shape::Bool),
        fact("writeOnly", Shape::Bool),
        fact("enum", Shape::List(&Shape::Any)),
        fact("default", Shape::Any),
        fact("pattern", Shape::Text),
        fact("minLength", Shape::Count),
        fact("maxLength", Shape::Count),
        fact("minimum", Shape::Number),
        fact("exclusiveMinimum", Shape::Bool),
        fact("maximum", Shape::Number),
        fact("exclusiveMaximum", Shape::Bool),
        fact("multipleOf", Shape::Number),
        fact("minItems", Shape::Count),
        fact("maxItems", Shape::Count),
        fact("uniqueItems", Shape::Bool),
        fact("items", Shape::Object(&SCHEMA)),
        fact("discriminator", Shape::Object(&DISCRIMINATOR)),
        fact("allOf", Shape::List(&Shape::Object(&SCHEMA))),
        fact("anyOf", Shape::List(&Shape::Object(&SCHEMA))),
        fact("oneOf", Shape::List(&Shape::Object(&SCHEMA))),
        fact("minProperties", Shape::Count),
        fact("maxProperties", Shape::Count),
        fact("additionalProperties", Shape::BoolOr(&SCHEMA)),
        fact(
            "properties",
            Shape::Map(Names::Free, &Shape::Object(&SCHEMA)),
        ),
        fact("required", Shape::List(&Shape::Text)),
        prose("externalDocs", Shape::Any),
        prose("example", Shape::Any),
        prose("examples", Shape::Any),
    ],
};

static DISCRIMINATOR: Object = Object {
    kind: Kind::Discriminator,
    what: "a discriminator",
    section: None,
    keys: &[
        required("propertyName", Shape::Text),
        fact("mapping", Shape::Map(Names::Free, &Shape::Text)),
    ],
};

static SECURITY_SCHEME: Object = Object {
    kind: Kind::SecurityScheme,
    what: "a security scheme",
    section: None,
    keys: &[
        required("type", Shape::Text),
        prose("description", Shape::Text),
        fact("scheme", Shape::Text),
        fact("bearerFormat", Shape::Text),
        fact("in", Shape::Text),
        fact("name", Shape::Text),
    ],
};
