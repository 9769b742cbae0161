// Goes once through what a client does, and prints what it saw as one line of JSON. The environment
// has the variables of fabric-samples' applications, and CHAINCODE_NAME.
package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/hash"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
)

type refusal struct {
	Code    uint32              `json:"code"`
	Details []map[string]string `json:"details"`
}

type seen struct {
	Submitted string   `json:"submitted"`
	Evaluated string   `json:"evaluated"`
	Result    string   `json:"result"`
	Valid     bool     `json:"valid"`
	Refusal   refusal  `json:"refusal"`
	Events    []string `json:"events"`
	Filtered  bool     `json:"filtered"`
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func onlyFile(folder string) []byte {
	entries := must(os.ReadDir(folder))
	return must(os.ReadFile(filepath.Join(folder, entries[0].Name())))
}

func connect() (*grpc.ClientConn, *client.Gateway) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(os.ReadFile(os.Getenv("TLS_CERT_PATH"))))
	tls := credentials.NewClientTLSFromCert(roots, os.Getenv("PEER_HOST_ALIAS"))
	connection := must(grpc.NewClient(os.Getenv("PEER_ENDPOINT"), grpc.WithTransportCredentials(tls)))
	certificate := must(identity.CertificateFromPEM(onlyFile(os.Getenv("CERT_DIRECTORY_PATH"))))
	key := must(identity.PrivateKeyFromPEM(onlyFile(os.Getenv("KEY_DIRECTORY_PATH"))))
	return connection, must(client.Connect(
		must(identity.NewX509Identity(os.Getenv("MSP_ID"), certificate)),
		client.WithSign(must(identity.NewPrivateKeySign(key))),
		client.WithHash(hash.SHA256),
		client.WithClientConnection(connection)))
}

func calls(contract *client.Contract) seen {
	var s seen
	s.Submitted = string(must(contract.SubmitTransaction("put", "from-go", "one")))
	s.Evaluated = string(must(contract.EvaluateTransaction("get", "from-go")))
	result, commit, err := contract.SubmitAsync("put", client.WithArguments("from-go", "two"))
	must(result, err)
	s.Result = string(result)
	s.Valid = must(commit.Status()).Successful
	_, err = contract.SubmitTransaction("fail", "out of paint")
	var refused *client.EndorseError
	if errors.As(err, &refused) {
		st := status.Convert(refused)
		s.Refusal.Code = uint32(st.Code())
		for _, detail := range st.Details() {
			if each, ok := detail.(*gateway.ErrorDetail); ok {
				s.Refusal.Details = append(s.Refusal.Details,
					map[string]string{"address": each.Address, "mspId": each.MspId, "message": each.Message})
			}
		}
	}
	return s
}

func events(ctx context.Context, network *client.Network, s *seen) {
	name := os.Getenv("CHAINCODE_NAME")
	contract := network.GetContract(name)
	_, commit, err := contract.SubmitAsync("event", client.WithArguments("go", "first"))
	must(commit, err)
	block := must(commit.Status()).BlockNumber
	must(contract.SubmitTransaction("event", "go", "second"))
	checkpointer := &client.InMemoryCheckpointer{}
	for range 2 {
		within, stop := context.WithCancel(ctx)
		found := must(network.ChaincodeEvents(within, name, client.WithStartBlock(block), client.WithCheckpoint(checkpointer)))
		event := <-found
		s.Events = append(s.Events, string(event.Payload))
		checkpointer.CheckpointChaincodeEvent(event)
		stop()
	}
	blocks := must(network.FilteredBlockEvents(ctx, client.WithStartBlock(block)))
	s.Filtered = (<-blocks).GetNumber() == block
}

func main() {
	connection, gateway := connect()
	defer connection.Close()
	defer gateway.Close()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	network := gateway.GetNetwork(os.Getenv("CHANNEL_NAME"))
	s := calls(network.GetContract(os.Getenv("CHAINCODE_NAME")))
	events(ctx, network, &s)
	fmt.Println(string(must(json.Marshal(s))))
}
