// A server of the official TypeScript SDK 1.x: 2025-11-25 with sessions, as events or as "json".
// Asked to say "forget", it does so and drops all sessions.
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { EmptyResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

const json = process.argv[2] === 'json';
const sessions = new Map();

function echo() {
  const server = new McpServer({ name: 'legacy', version: '1' });
  server.registerTool('echo',
    { description: 'Says it again.', inputSchema: { text: z.string().describe('what to say') } },
    async ({ text }, { sendRequest }) => {
      if (text === 'forget') setTimeout(() => sessions.clear(), 1);
      else if (!json) await sendRequest({ method: 'ping' }, EmptyResultSchema);
      return { content: [{ type: 'text', text: 'said ' + text }] };
    });
  return server;
}

async function transportOf(id) {
  if (sessions.has(id)) return sessions.get(id);
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: json,
    onsessioninitialized: (made) => sessions.set(made, transport),
  });
  await echo().connect(transport);
  return transport;
}

http.createServer(async (request, response) => {
  const id = request.headers['mcp-session-id'];
  if (id && !sessions.has(id)) return response.writeHead(404).end();
  await (await transportOf(id)).handleRequest(request, response);
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
