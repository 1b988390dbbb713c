// Command gorilla is a chat server in the shape of gorilla/websocket's chat example, for comparison: one goroutine is
// the hub, each client has one goroutine that reads and one that writes, and between hub and client is a buffered
// channel. What one client sends is sent to all who are in the chat channel whose name the message begins with; a
// client's query says where it is in. Nothing is stored and nobody is asked who they are.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

const (
	writeTimeout = 10 * time.Second
	pongTimeout  = 60 * time.Second
	pingPeriod   = pongTimeout / 2 // early: a poster's pong waits behind what it posted
	maxMessage   = 512
	queueLength  = 256
)

// hub owns the sets of clients; only its own goroutine touches them.
type hub struct {
	rooms      map[string]map[*client]struct{}
	register   chan *client
	unregister chan *client
	broadcast  chan []byte
}

type client struct {
	hub   *hub
	conn  *websocket.Conn
	rooms []string
	gone  bool // the hub's
	queue chan []byte
}

func (h *hub) run() {
	for {
		select {
		case c := <-h.register:
			for _, room := range c.rooms {
				if h.rooms[room] == nil {
					h.rooms[room] = map[*client]struct{}{}
				}
				h.rooms[room][c] = struct{}{}
			}
		case c := <-h.unregister:
			h.remove(c)
		case message := <-h.broadcast:
			room, _, _ := bytes.Cut(message, []byte{' '})
			for c := range h.rooms[string(room)] {
				select {
				case c.queue <- message:
				default: // too slow
					h.remove(c)
				}
			}
		}
	}
}

func (h *hub) remove(c *client) {
	if c.gone {
		return
	}
	c.gone = true
	for _, room := range c.rooms {
		delete(h.rooms[room], c)
	}
	close(c.queue)
}

func (c *client) readPump() {
	defer func() {
		c.hub.unregister <- c
		_ = c.conn.Close()
	}()
	c.conn.SetReadLimit(maxMessage)
	extend := func(string) error { return c.conn.SetReadDeadline(time.Now().Add(pongTimeout)) }
	c.conn.SetPongHandler(extend)
	if extend("") != nil {
		return
	}
	for {
		_, message, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		c.hub.broadcast <- message
	}
}

func (c *client) writePump() {
	ticker := time.NewTicker(pingPeriod)
	defer func() {
		ticker.Stop()
		_ = c.conn.Close()
	}()
	for {
		var err error
		select {
		case message, open := <-c.queue:
			_ = c.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
			if !open {
				_ = c.conn.WriteMessage(websocket.CloseMessage, nil)
				return
			}
			err = c.write(message)
		case <-ticker.C:
			_ = c.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
			err = c.conn.WriteMessage(websocket.PingMessage, nil)
		}
		if err != nil {
			return
		}
	}
}

// write sends the message and, in the same frame, every other one that waits by now, a newline between them.
func (c *client) write(message []byte) error {
	writer, err := c.conn.NextWriter(websocket.TextMessage)
	if err != nil {
		return err
	}
	if _, err := writer.Write(message); err != nil {
		return err
	}
	for waiting := len(c.queue); waiting > 0; waiting-- {
		if _, err := writer.Write([]byte{'\n'}); err != nil {
			return err
		}
		if _, err := writer.Write(<-c.queue); err != nil {
			return err
		}
	}
	return writer.Close()
}

func main() {
	address := flag.String("address", "127.0.0.1:0", "where to listen; the address is printed")
	flag.Parse()
	h := &hub{
		rooms:      map[string]map[*client]struct{}{},
		register:   make(chan *client),
		unregister: make(chan *client),
		broadcast:  make(chan []byte),
	}
	go h.run()

	upgrader := websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 1024}
	http.HandleFunc("/socket", func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		c := &client{hub: h, conn: conn, rooms: r.URL.Query()["channel"], queue: make(chan []byte, queueLength)}
		h.register <- c
		go c.writePump()
		go c.readPump()
	})
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.Serve(listener))
}
