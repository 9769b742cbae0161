package io.denim.samples.basic;

import org.json.JSONObject;

/// Something that has an owner and a value. Written as JSON with its fields in alphabetical order,
/// so that every endorser writes the same bytes.
record Asset(String id, String color, int size, String owner, int appraisedValue) {
  static Asset parse(String json) {
    JSONObject fields = new JSONObject(json);
    return new Asset(
        fields.getString("ID"),
        fields.getString("Color"),
        fields.getInt("Size"),
        fields.getString("Owner"),
        fields.getInt("AppraisedValue"));
  }

  Asset withOwner(String newOwner) {
    return new Asset(id, color, size, newOwner, appraisedValue);
  }

  String json() {
    return "{\"AppraisedValue\":"
        + appraisedValue
        + ",\"Color\":"
        + JSONObject.quote(color)
        + ",\"ID\":"
        + JSONObject.quote(id)
        + ",\"Owner\":"
        + JSONObject.quote(owner)
        + ",\"Size\":"
        + size
        + "}";
  }
}
