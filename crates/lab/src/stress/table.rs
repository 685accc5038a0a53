//! Columns in Parquet and CSV.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::record::RowAccessor;
use parquet::schema::types::Type;

use super::error::StressError;

/// The key under which a file says what run it is a part of.
const IDENTITY_KEY: &str = "plimsoll.run";

/// The values of one column.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Whole numbers: `INT64`.
    Integers(Vec<i64>),
    /// Other numbers: `DOUBLE`.
    Numbers(Vec<f64>),
    /// Text: `BYTE_ARRAY`, UTF-8.
    Words(Vec<String>),
}

/// Named columns of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns, in order.
    pub columns: Vec<(String, Column)>,
}

impl Column {
    fn physical(&self) -> Physical {
        match self {
            Self::Integers(_) => Physical::INT64,
            Self::Numbers(_) => Physical::DOUBLE,
            Self::Words(_) => Physical::BYTE_ARRAY,
        }
    }

    fn text(&self, row: usize) -> String {
        match self {
            Self::Integers(values) => values[row].to_string(),
            Self::Numbers(values) => values[row].to_string(),
            Self::Words(values) => values[row].clone(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Integers(values) => values.len(),
            Self::Numbers(values) => values.len(),
            Self::Words(values) => values.len(),
        }
    }

    fn write(&self, writer: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        match self {
            Self::Integers(values) => writer.typed::<Int64Type>().write_batch(values, None, None)?,
            Self::Numbers(values) => writer.typed::<DoubleType>().write_batch(values, None, None)?,
            Self::Words(values) => {
                let bytes: Vec<ByteArray> = values.iter().map(|word| ByteArray::from(word.as_str())).collect();
                writer.typed::<ByteArrayType>().write_batch(&bytes, None, None)?
            }
        };
        Ok(())
    }
}

impl Table {
    /// Rows of every column.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }

    /// Adds a column of whole numbers.
    #[must_use]
    pub fn integers(mut self, name: impl Into<String>, values: impl IntoIterator<Item = u64>) -> Self {
        let values = values.into_iter().map(u64::cast_signed).collect();
        self.columns.push((name.into(), Column::Integers(values)));
        self
    }

    /// Adds a column of numbers.
    #[must_use]
    pub fn numbers(mut self, name: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        self.columns.push((name.into(), Column::Numbers(values.into_iter().collect())));
        self
    }

    /// Adds a column of words.
    #[must_use]
    pub fn words(mut self, name: impl Into<String>, values: impl IntoIterator<Item = String>) -> Self {
        self.columns.push((name.into(), Column::Words(values.into_iter().collect())));
        self
    }

    /// A column of whole numbers, by its name.
    ///
    /// # Errors
    /// The problem, in words.
    pub fn integers_of(&self, name: &str) -> Result<&[i64], String> {
        match self.column(name)? {
            Column::Integers(values) => Ok(values),
            _ => Err(format!("column {name} does not hold whole numbers")),
        }
    }

    /// A column of numbers, by its name.
    ///
    /// # Errors
    /// The problem, in words.
    pub fn numbers_of(&self, name: &str) -> Result<&[f64], String> {
        match self.column(name)? {
            Column::Numbers(values) => Ok(values),
            _ => Err(format!("column {name} does not hold numbers")),
        }
    }

    fn column(&self, name: &str) -> Result<&Column, String> {
        let found = self.columns.iter().find(|(known, _)| known == name);
        found.map(|(_, column)| column).ok_or_else(|| format!("column {name} is missing"))
    }

    /// Writes a Parquet file with the identity of its run in its metadata.
    ///
    /// # Errors
    /// [`StressError::File`].
    pub fn write_parquet(&self, path: &Path, identity: &str) -> Result<(), StressError> {
        let file = File::create(path).map_err(StressError::of_file(path))?;
        self.write_to(file, identity).map_err(of_parquet(path))
    }

    fn write_to(&self, file: File, identity: &str) -> Result<(), ParquetError> {
        let fields = self.columns.iter().map(|(name, column)| field(name, column)).collect::<Result<_, _>>()?;
        let schema = Arc::new(Type::group_type_builder("plimsoll").with_fields(fields).build()?);
        let metadata = vec![KeyValue::new(IDENTITY_KEY.to_owned(), identity.to_owned())];
        let properties = Arc::new(WriterProperties::builder().set_key_value_metadata(Some(metadata)).build());
        let mut writer = SerializedFileWriter::new(file, schema, properties)?;
        let mut group = writer.next_row_group()?;
        for (_, column) in &self.columns {
            if let Some(mut writer) = group.next_column()? {
                column.write(&mut writer)?;
                writer.close()?;
            }
        }
        group.close()?;
        writer.close().map(|_| ())
    }

    /// Reads a Parquet file that [`Self::write_parquet`] wrote, and the identity of its run.
    ///
    /// # Errors
    /// [`StressError::File`].
    pub fn read_parquet(path: &Path) -> Result<(Self, String), StressError> {
        let file = File::open(path).map_err(StressError::of_file(path))?;
        read_from(file).map_err(of_parquet(path))
    }

    /// Writes a CSV file with a header.
    ///
    /// # Errors
    /// [`StressError::File`].
    pub fn write_csv(&self, path: &Path) -> Result<(), StressError> {
        let problem = |error: csv::Error| StressError::File { file: path.into(), problem: error.to_string() };
        let mut writer = csv::Writer::from_path(path).map_err(problem)?;
        writer.write_record(self.columns.iter().map(|(name, _)| name)).map_err(problem)?;
        for row in 0..self.rows() {
            writer.write_record(self.columns.iter().map(|(_, column)| column.text(row))).map_err(problem)?;
        }
        writer.flush().map_err(StressError::of_file(path))
    }
}

fn field(name: &str, column: &Column) -> Result<Arc<Type>, ParquetError> {
    let builder = Type::primitive_type_builder(name, column.physical()).with_repetition(Repetition::REQUIRED);
    let is_text = matches!(column, Column::Words(_));
    builder.with_logical_type(is_text.then_some(LogicalType::String)).build().map(Arc::new)
}

fn read_from(file: File) -> Result<(Table, String), ParquetError> {
    let reader = SerializedFileReader::new(file)?;
    let metadata = reader.metadata().file_metadata();
    let pairs = metadata.key_value_metadata().into_iter().flatten();
    let identity = pairs.filter(|pair| pair.key == IDENTITY_KEY).find_map(|pair| pair.value.clone());
    let identity = identity.ok_or_else(|| ParquetError::General("not written by plimsoll-lab: no identity".into()))?;
    let mut columns: Vec<(String, Column)> = Vec::new();
    for field in metadata.schema().get_fields() {
        let column = match field.get_physical_type() {
            Physical::INT64 => Column::Integers(Vec::new()),
            Physical::DOUBLE => Column::Numbers(Vec::new()),
            _ => Column::Words(Vec::new()),
        };
        columns.push((field.name().to_owned(), column));
    }
    for row in reader.get_row_iter(None)? {
        let row = row?;
        for (index, (_, column)) in columns.iter_mut().enumerate() {
            match column {
                Column::Integers(values) => values.push(row.get_long(index)?),
                Column::Numbers(values) => values.push(row.get_double(index)?),
                Column::Words(values) => values.push(row.get_string(index)?.clone()),
            }
        }
    }
    Ok((Table { columns }, identity))
}

fn of_parquet(path: &Path) -> impl FnOnce(ParquetError) -> StressError {
    let file = path.to_path_buf();
    move |error| StressError::File { file, problem: error.to_string() }
}
