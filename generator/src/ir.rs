//! What the emitters read: plain data with every decision made and every name chosen.

use crate::ApiKind;

/// One API.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub kind: ApiKind,
    /// What errors and file headers call the document.
    pub document: String,
    pub resources: Vec<Resource>,
    /// Sorted by name.
    pub models: Vec<Model>,
    /// Every component schema of the document and the type its values decode to.
    pub schemas: Vec<(String, Type)>,
    /// Whether responses come in an envelope with a `Client`.
    pub client_model: bool,
}

/// A group of operations, one accessor on the client.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// Accessor and module, snake case.
    pub name: String,
    /// Type, camel case.
    pub type_name: String,
    /// The document's tags of its operations.
    pub tags: Vec<String>,
    pub description: Option<String>,
    pub operations: Vec<Operation>,
}

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub id: String,
    pub verb: Verb,
    /// The path template as documented.
    pub path: String,
    pub description: Option<String>,
    pub deprecated: bool,
    /// Method on the resource, snake case.
    pub method: String,
    /// Builder type, camel case, unique in the resource.
    pub builder: String,
    pub auth: Auth,
    /// In the order of the method's parameters.
    pub required: Vec<Input>,
    pub optional: Vec<Input>,
    /// Body fields with one possible value, filled in for the caller.
    pub constants: Vec<(String, String)>,
    pub body: Body,
    pub output: Output,
    /// Whether the body comes as `{response, client}`.
    pub wrapped: bool,
    pub statuses: Statuses,
    /// How its pages are asked for, if it gets a list.
    pub listing: Option<Listing>,
    /// The model that has the method too, with its `id` for the path's variable.
    pub receiver: Option<String>,
    /// JSON Pointer in the document.
    pub pointer: String,
}

/// More required inputs than this are taken as one struct.
const MOST_ARGUMENTS: usize = 4;

impl Operation {
    /// Whether the required inputs come as a struct.
    pub(crate) fn takes_params(&self) -> bool {
        self.required.len() > MOST_ARGUMENTS
    }

    /// The query parameter of this name.
    pub(crate) fn query(&self, name: &str) -> Option<&Input> {
        let mut inputs = self.required.iter().chain(&self.optional);
        inputs.find(|input| input.place == Place::Query && input.wire == name)
    }

    /// Name of the struct of required inputs.
    pub(crate) fn params(&self) -> String {
        format!("{}Params", self.builder)
    }
}

/// How the pages of a list are asked for; with neither offset nor cursor it comes whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Listing {
    /// What it is a list of.
    pub item: Type,
    /// The field that holds the items, where the answer is an object with more than a page has.
    pub field: Option<String>,
    /// It takes `limit` and `offset`.
    pub offset: bool,
    /// It takes `limit` and `starting_after`.
    pub cursor: bool,
    /// It takes `paginated`.
    pub flag: bool,
    /// How many items are asked for at once if the caller does not say.
    pub page_size: i64,
}

impl Listing {
    /// Whether the list comes in one response.
    pub(crate) fn is_whole(&self) -> bool {
        !self.offset && !self.cursor
    }
}

/// HTTP methods of the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    /// `GET`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// How a call is authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    /// With the client's credentials.
    Client,
    /// Not at all.
    None,
    /// With HTTP basic credentials given for the call.
    Basic,
    /// With a session's token given for the call.
    Session,
    /// With a machine's key, or the client's credentials.
    Machine,
}

/// The documented status codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Statuses {
    pub success: Vec<u16>,
    pub redirect: Vec<u16>,
    pub error: Vec<u16>,
}

/// A parameter or body field that callers set.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// Name on the wire.
    pub wire: String,
    /// Rust identifier, raw where needed.
    pub ident: String,
    pub place: Place,
    pub ty: Type,
    /// Whether the field can be cleared.
    pub nullable: bool,
    pub secret: bool,
    pub deprecated: bool,
    pub description: Option<String>,
    pub facts: Vec<String>,
    /// The greatest whole number that the document allows.
    pub maximum: Option<i64>,
}

/// Where an input travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A template variable of the path.
    Path,
    /// A query parameter; lists repeat the key.
    Query,
    /// A query parameter whose list items are joined.
    QueryJoined(char),
    /// A request header.
    Header,
    /// A field of the body.
    Field,
    /// The whole body, an array.
    Items,
    /// A file of a multipart body.
    File,
}

/// The body of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Body {
    /// Media types the operation takes, the one sent by default first; empty: no body.
    pub formats: Vec<Format>,
    /// Whether a body is sent even when no field was set.
    pub required: bool,
    /// Whether the document allows fields it does not name.
    pub open: bool,
}

/// Supported request media types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    Json,
    Form,
    Multipart,
    OctetStream,
}

/// What a successful call gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Output {
    /// No body.
    Nothing,
    /// A redirect is the answer, or one of them.
    Redirect,
    /// A text or HTML body.
    Text,
    /// A JSON body.
    Json(Type),
}

/// A type as fields and calls use it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    Text,
    Bool,
    Integer,
    Number,
    Timestamp,
    /// Any JSON value.
    Value,
    /// A free-form JSON object.
    Object,
    /// The runtime's type for one of Clerk's errors.
    ClerkError,
    /// An uploaded file.
    File,
    Enum(String),
    Model(String),
    List(Box<Type>),
    Map(Box<Type>),
    Page(Box<Type>),
    Optional(Box<Type>),
}

/// A named type.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub name: String,
    /// Module and file, snake case.
    pub module: String,
    pub description: Option<String>,
    pub deprecated: bool,
    /// The component schemas it stands for, if any.
    pub schemas: Vec<String>,
    pub kind: ModelKind,
    /// JSON Pointer of the first place that describes it.
    pub pointer: String,
    /// Defined by the Frontend API and equal here: only re-exported.
    pub shared: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ModelKind {
    Enum(Vec<Variant>),
    Struct(Struct),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Struct {
    pub fields: Vec<Field>,
    /// Whether callers build values: a constructor and setters are emitted.
    pub input: bool,
}

/// A known value of an open enum.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Variant {
    pub value: String,
    pub name: String,
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub wire: String,
    pub ident: String,
    pub ty: Type,
    pub presence: Presence,
    pub secret: bool,
    /// Breaks a by-value cycle of structs.
    pub boxed: bool,
    pub deprecated: bool,
    pub description: Option<String>,
    pub facts: Vec<String>,
}

/// Equal if they are the same Rust field; prose does not count.
impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.wire == other.wire
            && self.ty == other.ty
            && self.presence == other.presence
            && self.secret == other.secret
    }
}

/// Whether a field is always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Always sent; corrected to the type's empty value where it is not.
    Required,
    /// Always sent, and decoding fails where it is not.
    Essential,
    /// May be absent or null.
    Optional,
    /// In requests: absent, null or set.
    ThreeState,
}

impl Type {
    /// The named type inside, if any.
    pub(crate) fn named(&self) -> Option<&str> {
        match self {
            Self::Enum(name) | Self::Model(name) => Some(name),
            Self::List(item) | Self::Map(item) | Self::Page(item) | Self::Optional(item) => {
                item.named()
            }
            _ => None,
        }
    }
}
