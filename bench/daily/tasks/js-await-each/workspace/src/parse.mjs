/** "name;email" as a customer. */
export function parse(line) {
  const [name, email] = line.split(";").map((part) => part.trim());
  if (!email || !email.includes("@")) throw new Error(`no e-mail address: ${line}`);
  return { name, email };
}
