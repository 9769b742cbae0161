'use strict';

const shim = require('fabric-shim');

class KeyValues {
  async Init() {
    return shim.success();
  }

  async Invoke(stub) {
    const { fcn, params } = stub.getFunctionAndParameters();
    try {
      switch (fcn) {
        case 'put':
          await stub.putState(params[0], Buffer.from(params[1]));
          return shim.success();
        case 'get':
          return shim.success(await stub.getState(params[0]));
        case 'range': {
          const found = [];
          for await (const { key, value } of stub.getStateByRange(params[0], params[1])) {
            found.push(`${key}=${value.toString()}`);
          }
          return shim.success(Buffer.from(found.join(',')));
        }
        default:
          return shim.error(Buffer.from(`no function ${fcn}`));
      }
    } catch (error) {
      return shim.error(Buffer.from(error.message));
    }
  }
}

shim.start(new KeyValues());
