//! dot

