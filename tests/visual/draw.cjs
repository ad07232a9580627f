// Reads a JSON list of blocks from standard input and writes a JSON list of HTML, one for each block.
const path = require('path')
const modules = path.resolve(process.argv[2], 'node_modules')
const { createElement } = require(path.join(modules, 'react'))
const { renderToStaticMarkup } = require(path.join(modules, 'react-dom', 'server'))
const { Message } = require(path.join(modules, 'slack-blocks-to-jsx'))

const draw = (block) => renderToStaticMarkup(
  createElement(Message, { blocks: [block], logo: '', name: '', time: new Date(0), withoutWrapper: true }))
let given = ''
process.stdin.setEncoding('utf8').on('data', (part) => { given += part })
process.stdin.on('end', () => process.stdout.write(JSON.stringify(JSON.parse(given).map(draw))))
