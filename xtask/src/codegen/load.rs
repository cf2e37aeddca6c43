//! The data of `models/`, with the overrides applied.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{DeserializeOwned, MapAccess, Visitor};

/// The files every service shares, and where the models are.
pub struct Sources {
    folder: PathBuf,
    actions: BTreeMap<String, ServiceActions>,
    overrides: BTreeMap<String, Overrides>,
}

impl Sources {
    /// Reads `actions.json` and `overrides.json`.
    pub fn read(folder: &Path) -> Result<Self, String> {
        Ok(Sources {
            folder: folder.to_owned(),
            actions: read_json(&folder.join("actions.json"))?,
            overrides: read_json(&folder.join("overrides.json"))?,
        })
    }
}

/// One service with everything the generator needs.
pub struct Service {
    /// The signing name.
    pub name: String,
    /// The model with its shapes patched.
    pub model: Model,
    /// Resource templates and actions.
    pub actions: ServiceActions,
    /// Bindings and errors besides the model's.
    pub overrides: Overrides,
}

impl Service {
    /// Reads one model and applies its overrides.
    pub fn read(sources: &Sources, service: &str) -> Result<Self, String> {
        let mut model: Model = read_json(&sources.folder.join(format!("{service}.json")))?;
        let overrides = sources.overrides.get(service).cloned().unwrap_or_default();
        for (name, patch) in &overrides.shapes {
            let shape = model.shapes.get_mut(name).ok_or(format!("overrides.json: {service} has no shape {name}"))?;
            patch.apply(shape)?;
        }
        for name in overrides.operations.keys() {
            model.operations.get(name).ok_or(format!("overrides.json: {service} has no operation {name}"))?;
        }
        let actions = sources.actions.get(service).cloned().ok_or(format!("actions.json: no {service}"))?;
        Ok(Service { name: model.signing_name.clone(), model, actions, overrides })
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    #[serde(rename = "service")]
    pub _service: String,
    pub api_version: String,
    pub protocol: String,
    pub target_prefix: Option<String>,
    pub xml_namespace: Option<String>,
    pub signing_name: String,
    pub operations: Ordered<Operation>,
    pub shapes: Ordered<Shape>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    pub input: Option<String>,
    pub output: Option<String>,
    pub result_wrapper: Option<String>,
    #[serde(rename = "errors")]
    pub _errors: Vec<String>,
    #[serde(default)]
    pub unsigned: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub members: Ordered<Member>,
    #[serde(default)]
    pub required: Vec<String>,
    #[serde(default)]
    pub union: bool,
    pub error: Option<ErrorFacts>,
    pub member: Option<Member>,
    pub key: Option<Member>,
    pub value: Option<Member>,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub pattern: Option<String>,
    #[serde(rename = "enum", default)]
    pub values: Vec<String>,
    #[serde(default)]
    pub sensitive: bool,
    #[serde(default)]
    pub flattened: bool,
    pub timestamp_format: Option<String>,
    /// From `overrides.json`: the expression that decides, when it is not the pattern's translation.
    #[serde(skip)]
    pub matches: Option<String>,
    /// From `overrides.json`: what the service says is required, when it does not quote the pattern.
    #[serde(skip)]
    pub requirement: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub shape: String,
    pub location_name: Option<String>,
    #[serde(default)]
    pub flattened: bool,
    #[serde(rename = "idempotency", default)]
    pub _idempotency: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorFacts {
    pub code: String,
    pub status: u16,
    #[serde(rename = "reason")]
    pub _reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct ServiceActions {
    pub resources: BTreeMap<String, String>,
    pub actions: BTreeMap<String, Action>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Action {
    pub access: String,
    pub resources: BTreeMap<String, ActionResource>,
    pub dependent: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct ActionResource {
    pub required: bool,
    pub condition_keys: Vec<String>,
}

/// One service's part of `overrides.json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// Patches of shapes.
    #[serde(default)]
    pub shapes: BTreeMap<String, ShapePatch>,
    /// Errors the model does not list.
    #[serde(default)]
    pub errors: BTreeMap<String, ErrorFacts>,
    /// Per template variable, the sources to try: the first whose member the input has.
    #[serde(default)]
    pub variables: BTreeMap<String, Vec<Source>>,
    /// Per resource type, the members that hold its whole ARN.
    #[serde(default)]
    pub arns: BTreeMap<String, Vec<String>>,
    /// Bindings that do not follow.
    #[serde(default)]
    pub operations: BTreeMap<String, OperationPatch>,
    #[serde(rename = "reason")]
    pub _reason: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShapePatch {
    status: Option<u16>,
    matches: Option<String>,
    /// The service's own sentence for a text that does not match the pattern.
    requirement: Option<String>,
    sensitive: Option<bool>,
    order: Option<Vec<String>>,
    /// Members that the live service leaves out although the model requires them.
    optional: Option<Vec<String>>,
    #[serde(rename = "reason")]
    _reason: String,
}

impl ShapePatch {
    fn apply(&self, shape: &mut Shape) -> Result<(), String> {
        if let Some(status) = self.status {
            shape.error.as_mut().ok_or("overrides.json: a status for a shape that is no error")?.status = status;
        }
        if let Some(matches) = &self.matches {
            shape.pattern.as_ref().ok_or("overrides.json: `matches` for a shape without a pattern")?;
            shape.matches = Some(matches.clone());
        }
        if let Some(requirement) = &self.requirement {
            shape.pattern.as_ref().ok_or("overrides.json: `requirement` for a shape without a pattern")?;
            shape.requirement = Some(requirement.clone());
        }
        if let Some(sensitive) = self.sensitive {
            shape.sensitive = sensitive;
        }
        for name in self.optional.iter().flatten() {
            let at = shape.required.iter().position(|required| required == name);
            shape.required.remove(at.ok_or(format!("overrides.json: `optional` for {name}, which is not required"))?);
        }
        if let Some(order) = &self.order {
            let place = |name: &str| order.iter().position(|first| first == name).unwrap_or(order.len());
            shape.members.0.sort_by_key(|(name, _)| place(name));
        }
        Ok(())
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The text of a member.
    Member(String),
    /// The name of an entity; its path comes from the member `Path` if the input has one.
    Name(String),
    /// A URL, without its scheme.
    Url(String),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationPatch {
    /// Resource type to `caller` or `unknown`.
    pub bind: BTreeMap<String, String>,
    #[serde(rename = "reason")]
    pub _reason: String,
}

/// A JSON object in the order of the file: the order of members is a fact of the model.
#[derive(Clone, Debug)]
pub struct Ordered<T>(pub Vec<(String, T)>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Ordered(Vec::new())
    }
}

impl<T> Ordered<T> {
    /// The value under `name`.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.0.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Ordered<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}
