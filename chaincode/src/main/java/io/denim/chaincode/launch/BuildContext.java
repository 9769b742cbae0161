package io.denim.chaincode.launch;

import io.denim.chaincode.ChaincodePackage;
import java.nio.file.Path;

/// The folders of one build.
///
/// @param source the unpacked code
/// @param metadataFolder holds `metadata.json`
/// @param output what is needed to run it
/// @param release what the peer needs to know of it, such as a server's `connection.json`
record BuildContext(
    String packageId,
    ChaincodePackage.Metadata metadata,
    Path source,
    Path metadataFolder,
    Path output,
    Path release) {}
