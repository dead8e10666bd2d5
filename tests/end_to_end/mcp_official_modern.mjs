// A server of the official TypeScript SDK 2.x: 2026-07-28, and older clients as the first argument says.
import http from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'modern', version: '1' });
  const text = z.string().describe('what to say').meta({ 'x-mcp-header': 'What' });
  server.registerTool('echo', { description: 'Says it again.', inputSchema: z.object({ text }) },
    async ({ text }) => ({ content: [{ type: 'text', text: 'said ' + text }] }));
  return server;
}, { legacy: process.argv[2] });
http.createServer(toNodeHandler(handler)).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});
