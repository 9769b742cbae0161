package io.denim.identity;

/// Where a CA says that it and those whom it certifies are (fabric v3.1.5
/// internal/cryptogen/ca/ca.go). What is empty is left out of their names.
///
/// @param unit that comes before a member's role
public record Place(
    String country,
    String province,
    String locality,
    String unit,
    String streetAddress,
    String postalCode) {
  /// What cryptogen says where it is told nothing.
  public static final Place CUSTOMARY = new Place("US", "California", "San Francisco", "", "", "");
}
