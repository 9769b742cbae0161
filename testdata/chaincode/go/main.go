// A chaincode for tests, on Fabric's Go shim: what it does is told by its first argument.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

type kv struct{}

func (kv) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

func (kv) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	function, args := stub.GetFunctionAndParameters()
	switch function {
	case "put":
		return answer(nil, stub.PutState(args[0], []byte(args[1])))
	case "get":
		return answer(stub.GetState(args[0]))
	case "getmany":
		values, err := stub.GetMultipleStates(args...)
		var texts []string
		for _, value := range values {
			texts = append(texts, string(value))
		}
		return answer([]byte(strings.Join(texts, ",")), err)
	case "batch": // puts keys in one message
		stub.StartWriteBatch()
		for _, key := range args {
			if err := stub.PutState(key, []byte("batched")); err != nil {
				return shim.Error(err.Error())
			}
		}
		return answer(nil, stub.FinishWriteBatch())
	case "range":
		return texts(stub.GetStateByRange(args[0], args[1]))
	case "history":
		iterator, err := stub.GetHistoryForKey(args[0])
		if err != nil {
			return shim.Error(err.Error())
		}
		defer iterator.Close()
		count := 0
		for iterator.HasNext() {
			if _, err := iterator.Next(); err != nil {
				return shim.Error(err.Error())
			}
			count++
		}
		return answer([]byte(fmt.Sprint(count)), nil)
	case "pput":
		return answer(nil, stub.PutPrivateData(args[0], args[1], []byte(args[2])))
	case "query":
		return texts(stub.GetQueryResult(args[0]))
	case "call":
		return stub.InvokeChaincode(args[0], [][]byte{[]byte(args[1]), []byte(args[2])}, "")
	case "event":
		return answer(nil, stub.SetEvent(args[0], []byte(args[1])))
	case "die":
		os.Exit(7)
	}
	return shim.Error("no function " + function)
}

func texts(iterator shim.StateQueryIteratorInterface, err error) *peer.Response {
	if err != nil {
		return shim.Error(err.Error())
	}
	defer iterator.Close()
	var found []string
	for iterator.HasNext() {
		entry, err := iterator.Next()
		if err != nil {
			return shim.Error(err.Error())
		}
		found = append(found, entry.Key+"="+string(entry.Value))
	}
	return answer([]byte(strings.Join(found, ",")), nil)
}

func answer(value []byte, err error) *peer.Response {
	if err != nil {
		return shim.Error(err.Error())
	}
	return shim.Success(value)
}

func main() {
	var err error
	if address := os.Getenv("CHAINCODE_SERVER_ADDRESS"); address != "" {
		server := &shim.ChaincodeServer{
			CCID:     os.Getenv("CHAINCODE_ID"),
			Address:  address,
			CC:       kv{},
			TLSProps: shim.TLSProperties{Disabled: true},
		}
		err = server.Start()
	} else {
		err = shim.Start(kv{})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
