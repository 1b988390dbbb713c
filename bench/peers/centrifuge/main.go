// Command centrifuge is a chat server on the engine of Centrifugo, for comparison: a channel's history is kept in memory,
// members can recover from it, and what a member publishes reaches all who subscribed. Nothing is written to a disk, and
// nobody is asked who they are.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/centrifugal/centrifuge"
)

const (
	historySize = 300
	historyTime = 5 * time.Minute

	pingPeriod  = 25 * time.Second
	pongTimeout = 20 * time.Second // long: a poster's pong waits behind what it posted
)

// handle lets everybody in, into any channel, and to publish there.
func handle(node *centrifuge.Node) {
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{Credentials: &centrifuge.Credentials{UserID: "member"}}, nil
	})
	node.OnConnect(func(client *centrifuge.Client) {
		client.OnSubscribe(func(_ centrifuge.SubscribeEvent, answer centrifuge.SubscribeCallback) {
			answer(centrifuge.SubscribeReply{Options: centrifuge.SubscribeOptions{EnableRecovery: true}}, nil)
		})
		client.OnPublish(func(event centrifuge.PublishEvent, answer centrifuge.PublishCallback) {
			result, err := node.Publish(event.Channel, event.Data,
				centrifuge.WithHistory(historySize, historyTime), centrifuge.WithClientInfo(event.ClientInfo))
			answer(centrifuge.PublishReply{Result: &result}, err)
		})
	})
}

func main() {
	address := flag.String("address", "127.0.0.1:0", "where to listen; the address is printed")
	flag.Parse()
	node, err := centrifuge.New(centrifuge.Config{})
	if err != nil {
		log.Fatal(err)
	}
	handle(node)
	if err := node.Run(); err != nil {
		log.Fatal(err)
	}
	http.Handle("/socket", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{
		PingPongConfig: centrifuge.PingPongConfig{PingInterval: pingPeriod, PongTimeout: pongTimeout},
	}))
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.Serve(listener))
}
