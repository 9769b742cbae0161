'use strict';

// Goes once through what a client does, and prints what it saw as one line of JSON. The environment
// has the variables of fabric-samples' applications, and CHAINCODE_NAME.
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const { connect, hash, signers, checkpointers } = require('@hyperledger/fabric-gateway');

const env = process.env;
const text = (bytes) => Buffer.from(bytes).toString();
const onlyFile = (folder) => fs.readFileSync(path.join(folder, fs.readdirSync(folder).sort()[0]));

async function main() {
  const client = new grpc.Client(
    env.PEER_ENDPOINT,
    grpc.credentials.createSsl(fs.readFileSync(env.TLS_CERT_PATH)),
    { 'grpc.ssl_target_name_override': env.PEER_HOST_ALIAS },
  );
  const gateway = connect({
    client,
    identity: { mspId: env.MSP_ID, credentials: onlyFile(env.CERT_DIRECTORY_PATH) },
    signer: signers.newPrivateKeySigner(crypto.createPrivateKey(onlyFile(env.KEY_DIRECTORY_PATH))),
    hash: hash.sha256,
  });
  try {
    const network = gateway.getNetwork(env.CHANNEL_NAME);
    const seen = await calls(network.getContract(env.CHAINCODE_NAME));
    Object.assign(seen, await events(network));
    console.log(JSON.stringify(seen));
  } finally {
    gateway.close();
    client.close();
  }
}

async function calls(contract) {
  const submitted = text(await contract.submitTransaction('put', 'from-node', 'one'));
  const evaluated = text(await contract.evaluateTransaction('get', 'from-node'));
  const commit = await contract.submitAsync('put', { arguments: ['from-node', 'two'] });
  const status = await commit.getStatus();
  let refusal = {};
  try {
    await contract.submitTransaction('fail', 'out of paint');
  } catch (e) {
    refusal = { code: e.code, details: e.details };
  }
  return { submitted, evaluated, result: text(commit.getResult()), valid: status.successful, refusal };
}

async function events(network) {
  const contract = network.getContract(env.CHAINCODE_NAME);
  const commit = await contract.submitAsync('event', { arguments: ['node', 'first'] });
  const { blockNumber } = await commit.getStatus();
  await contract.submitTransaction('event', 'node', 'second');
  const checkpointer = checkpointers.inMemory();
  const payloads = [];
  for (const options of [{ startBlock: blockNumber, checkpoint: checkpointer }, { checkpoint: checkpointer }]) {
    const found = await network.getChaincodeEvents(env.CHAINCODE_NAME, options);
    for await (const event of found) {
      payloads.push(text(event.payload));
      await checkpointer.checkpointChaincodeEvent(event);
      break;
    }
    found.close();
  }
  const blocks = await network.getFilteredBlockEvents({ startBlock: blockNumber });
  let filtered = 0n;
  for await (const block of blocks) {
    filtered = BigInt(block.getNumber());
    break;
  }
  blocks.close();
  return { events: payloads, filtered: filtered === blockNumber };
}

main().catch((e) => {
  console.error(e);
  process.exitCode = 1;
});
